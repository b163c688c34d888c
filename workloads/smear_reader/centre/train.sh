#!/bin/sh
# Trains a model inside an award: every folder below data/ is learnt from, and drawn fields beside them. What stands after
# two hyphens goes to `smear-reader train`. FIELDS is a folder with data/NAME/1.jpg, data/NAME/1.csv and so on:
#
#   madang submit --env torch --folder FIELDS --folder src centre/train.sh -- --synthetic 900 --steps 2000
#
# `src` brings the package itself, where the environment does not hold it; PyTorch the environment must hold. A GPU is
# used where the job has one (--gpus 1).
#
# The checkpoint model.checkpoint stands beside model.onnx. Asked to end (SIGTERM, which precedes preemption, the
# machine's own end and that of the time limit) the training keeps it and ends with 3. Put back to the queue (--requeue)
# it goes on from there by itself in the same folder; where the cluster never does that, fetch the checkpoint and send
# it along with the next job.
#MADANG --name smears-train --memory 6G --requeue
set -eu
export OMP_NUM_THREADS="${MADANG_CORES:-1}"
if [ "${MADANG_RESTART_COUNT:-0}" -gt 0 ]; then
  echo "run $((MADANG_RESTART_COUNT + 1)) of this job: $([ -f model.checkpoint ] && echo "on from the checkpoint" || echo "from the beginning")"
fi
set -- --out model.onnx "$@"
for folder in data/*/; do
  if [ -d "$folder" ]; then set -- --data "$folder" "$@"; fi
done
exec python -m smear_reader train "$@"
