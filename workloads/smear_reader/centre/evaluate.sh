#!/bin/sh
# Evaluates a model inside an award on every folder of marked fields below data/: model.onnx where one was sent along, else
# the shipped weights. The figures come back as figures-FOLDER.json. Needs no PyTorch: an environment built from
# requirements.lock will do.
#
#   madang submit --env ENVIRONMENT --folder FIELDS --folder src --file model.onnx centre/evaluate.sh
#MADANG --name smears-evaluate --memory 4G --requeue
set -eu
export OMP_NUM_THREADS="${MADANG_CORES:-1}"
if [ -f model.onnx ]; then set -- --model model.onnx "$@"; fi
for folder in data/*/; do
  if [ ! -d "$folder" ]; then echo "there is no folder of marked fields below data/" >&2; exit 2; fi
  name=$(basename "$folder")
  python -m smear_reader evaluate --data "$folder" --json "$@" > "figures-$name.json"
  echo "$name: $(cat "figures-$name.json")"
done
