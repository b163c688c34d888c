#!/bin/sh
# Trains a model inside an award: every folder below data/ is learnt from, and drawn fields beside them. What is given to
# this script goes to `smear-reader train`, for example: --synthetic 900 --steps 2000.
#
#   madang submit --cores 8 --gpus 1 --memory 16G --time 2h --folder centre -- sh train.sh --steps 2000
#
# The checkpoint model.checkpoint stands beside model.onnx. Asked to end (SIGTERM, which precedes preemption and the end
# of the time limit) the training keeps it and ends with 3. Where the cluster starts the job again (Slurm, --requeue) it
# goes on from there by itself; elsewhere fetch the checkpoint and send it along with the next job.
set -eu
export OMP_NUM_THREADS="${MADANG_CORES:-1}"
set -- --out model.onnx "$@"
for folder in data/*/; do
  if [ -d "$folder" ]; then set -- --data "$folder" "$@"; fi
done
exec python -m smear_reader train "$@"
