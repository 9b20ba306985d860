"""What a long day leaves behind in the process: nothing."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.stories.soak import Result, Sample, soak


def left(sample: Sample) -> tuple[int, int, int]:
    return sample.tasks, sample.threads, sample.files


def test_a_dozen_sales_with_faults_leave_no_task_no_thread_and_no_file(tmp_path: Path) -> None:
    result = soak(12, tmp_path, seed=3, every=12, faulty=0.5)
    assert result.problems == []
    assert sum(result.faults.values()) >= 4
    assert result.sample(1).tasks == 0
    assert {left(sample) for sample in result.samples} == {left(result.sample(1))}
    assert result.sold >= 11


@pytest.mark.slow
@pytest.mark.timeout(7200)
def test_ten_thousand_sales_in_one_process_grow_by_less_than_5_mb() -> None:
    command = [sys.executable, "-m", "tests.stories.soak", "--sales", "10000", "--json"]
    run = subprocess.run(command, capture_output=True, text=True, check=False)
    output = json.loads(run.stdout.splitlines()[-1])
    samples = [Sample(**sample) for sample in output.pop("samples")]
    result = Result(**output, samples=samples)
    assert result.problems == []
    assert {left(sample) for sample in samples} == {left(samples[0])}
    assert result.sample(10_000).rss_mb < 120
    assert result.sample(10_000).rss_mb - result.sample(1000).rss_mb < 5
