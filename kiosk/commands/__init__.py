"""What the `kiosk` command can do, a module each; what a command prints is its product."""
