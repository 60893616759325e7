#!/usr/bin/env bash
# Fetches what the build and the tests need. Sourced by ./dev; every function is a no-op when its part is there.
# Parts live in $HEADRACE_CACHE, keyed by their pinned versions, so that checkouts share them.

HEADRACE_CACHE=${HEADRACE_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/headrace}
. "$ROOT/tools/deps/versions.env"

say() { printf '\033[1m== %s\033[0m\n' "$*" >&2; }
fail() { printf 'dev: %s\n' "$*" >&2; exit 1; }

sudo_if_needed() { if [ "$(id -u)" = 0 ]; then "$@"; else sudo "$@"; fi; }

# Installs Debian packages given as arguments, those that are missing.
apt_install() {
  local missing=()
  local name
  for name in "$@"; do
    dpkg-query -W -f='${db:Status-Status}' "$name" 2>/dev/null | grep -qx installed || missing+=("$name")
  done
  [ ${#missing[@]} = 0 ] && return 0
  say "installing Debian packages: ${missing[*]}"
  sudo_if_needed apt-get update -qq
  DEBIAN_FRONTEND=noninteractive sudo_if_needed apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
}

install_apt() {
  local names
  mapfile -t names < <(grep -vE '^(#|$)' "$ROOT/tools/deps/apt.txt")
  # 1.81's -dev packages replace the 1.74 ones that other packages may have brought in.
  apt_install "${names[@]}"
  command -v npm >/dev/null || apt_install npm
  command -v cargo >/dev/null || apt_install cargo
}

python_bin() { command -v python3.11 || command -v python3 || fail "python3 is missing"; }

# native_dir: DuckDB's library and headers, Arrow C++ from the pyarrow wheel, the Connect descriptors.
native_dir() { echo "$HEADRACE_CACHE/native-$(cat "$ROOT/tools/deps/versions.env" "$ROOT/tools/deps/descriptors.py" | sha256sum | cut -c1-16)"; }

install_native() {
  local dir work arch npm_arch
  dir=$(native_dir)
  [ -f "$dir/complete" ] && return 0
  say "fetching DuckDB $DUCKDB_NPM, Arrow $ARROW_WHEEL and the Spark Connect descriptors"
  arch=$(uname -m)
  case $arch in x86_64) npm_arch=x64 ;; aarch64) npm_arch=arm64 ;; *) fail "no DuckDB library for $arch" ;; esac
  mkdir -p "$HEADRACE_CACHE"
  work=$(mktemp -d "$HEADRACE_CACHE/fetch.XXXXXX")
  (
    set -e
    cd "$work"
    npm pack --silent "@duckdb/node-bindings-linux-$npm_arch@$DUCKDB_NPM" >/dev/null
    mkdir -p out/duckdb/lib out/duckdb/include out/duckdb/parquet_include out/arrow/lib crate/src
    tar xzf duckdb-node-bindings-*.tgz
    mv package/libduckdb.so out/duckdb/lib/
    cat > crate/Cargo.toml <<T
[package]
name = "fetch"
version = "0.1.0"
edition = "2021"
[dependencies]
libduckdb-sys = { version = "=$DUCKDB_CRATE", default-features = false }
T
    touch crate/src/lib.rs
    (cd crate && cargo vendor --quiet ../vendor >/dev/null)
    tar xzf vendor/libduckdb-sys/duckdb.tar.gz
    cp -r duckdb/src/include/. out/duckdb/include/
    cp -r duckdb/extension/parquet/include/. out/duckdb/parquet_include/
    for lib in thrift lz4 snappy brotli zstd parquet mbedtls; do
      [ -d "duckdb/third_party/$lib" ] && mkdir -p "out/duckdb/third_party" && cp -r "duckdb/third_party/$lib" out/duckdb/third_party/
    done
    "$(python_bin)" -m venv fetchenv
    fetchenv/bin/pip install --quiet --disable-pip-version-check --no-deps --target wheels \
      "pyarrow==$ARROW_WHEEL" "pyspark-client==$PYSPARK" protobuf==7.36.2
    fetchenv/bin/pip install --quiet --disable-pip-version-check --no-deps --target delta "delta-spark==$DELTA_SPARK"
    cp -r wheels/pyarrow/include out/arrow/include
    for lib in libarrow libparquet libarrow_s3; do
      cp wheels/pyarrow/$lib.so.2600 out/arrow/lib/
      ln -s $lib.so.2600 out/arrow/lib/$lib.so
    done
    PYTHONPATH=wheels fetchenv/bin/python "$ROOT/tools/deps/descriptors.py" wheels/pyspark delta/delta out/connect.fds
    touch out/complete
    rm -rf "$dir"
    mv out "$dir"
  ) || { rm -rf "$work"; fail "fetching the native parts failed"; }
  rm -rf "$work"
}

# install_venv NAME REQUIREMENTS [extra packages without dependencies]: a virtual environment keyed by its requirements.
venv_dir() { echo "$HEADRACE_CACHE/venv-$1-$( (cat "$ROOT/tools/deps/$1.txt" "$ROOT/tools/deps/versions.env"; "$(python_bin)" --version) | sha256sum | cut -c1-16)"; }

install_venv() {
  local name=$1 dir work
  shift
  dir=$(venv_dir "$name")
  [ -f "$dir/complete" ] && return 0
  say "creating the Python environment '$name'"
  mkdir -p "$HEADRACE_CACHE"
  (
    set -e
    exec 9>"$dir.lock"
    flock 9
    [ -f "$dir/complete" ] && exit 0
    rm -rf "$dir"
    "$(python_bin)" -m venv "$dir"
    "$dir/bin/pip" install --quiet --disable-pip-version-check -r "$ROOT/tools/deps/$name.txt"
    [ $# = 0 ] || "$dir/bin/pip" install --quiet --disable-pip-version-check --no-deps "$@"
    touch "$dir/complete"
  ) || fail "creating the environment '$name' failed"
}

# The stock clients, with the repository's own client package on the path in place.
install_clients() {
  install_venv clients "delta-spark==$DELTA_SPARK"
}
