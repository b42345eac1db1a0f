"""python -m training ..."""

import argparse
from pathlib import Path

from training.train import train

p = argparse.ArgumentParser()
p.add_argument("cmd")
p.add_argument("name")
p.add_argument("--config", type=Path)
p.add_argument("--shards", type=Path)
p.add_argument("--out", type=Path)
a = p.parse_args()
print(train(a.name, config_path=a.config, shards=a.shards, out_dir=a.out))
