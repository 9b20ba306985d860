"""What views draw with: canvas, text, shapes, icons, fonts, theme, QR code."""
