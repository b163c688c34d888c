#!/bin/sh
# Evaluates a model inside an award on every folder of marked fields below data/, the shipped weights where no model.onnx
# was sent along; the figures come back as figures-FOLDER.json.
#
#   madang submit --cores 2 --memory 4G --time 30m --folder centre --file model.onnx -- sh evaluate.sh
set -eu
export OMP_NUM_THREADS="${MADANG_CORES:-1}"
if [ -f model.onnx ]; then set -- --model model.onnx "$@"; fi
for folder in data/*/; do
  if [ ! -d "$folder" ]; then echo "there is no folder of marked fields below data/" >&2; exit 2; fi
  name=$(basename "$folder")
  python -m smear_reader evaluate --data "$folder" --json "$@" > "figures-$name.json"
  echo "$name: $(cat "figures-$name.json")"
done
