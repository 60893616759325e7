# Real Spark (PyPI) and Delta (Maven) for the comparisons. Sourced; needs install.sh.

# delta_jars_dir: Delta's jars that pyspark does not carry itself.
delta_jars_dir() { echo "$HEADRACE_CACHE/delta-jars-$DELTA_SPARK_JVM"; }

install_delta_jars() {
  local dir work
  dir=$(delta_jars_dir)
  [ -f "$dir/complete" ] && return 0
  say "fetching Delta $DELTA_SPARK_JVM for real Spark"
  mkdir -p "$HEADRACE_CACHE"
  work=$(mktemp -d "$HEADRACE_CACHE/fetch.XXXXXX")
  (
    set -e
    cd "$work"
    cat > pom.xml <<P
<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>headrace</groupId><artifactId>oracle</artifactId><version>1</version>
  <dependencies>
    <dependency><groupId>io.delta</groupId><artifactId>delta-spark_4.2_2.13</artifactId><version>$DELTA_SPARK_JVM</version></dependency>
  </dependencies>
</project>
P
    mvn -q -B dependency:copy-dependencies -DoutputDirectory=all
    mkdir out
    for pattern in delta- RoaringBitmap shims unitycatalog-; do
      find all -name "$pattern*.jar" -exec mv {} out/ \;
    done
    [ -n "$(find out -name 'delta-spark*.jar')" ]
    touch out/complete
    rm -rf "$dir"
    mv out "$dir"
  ) || { rm -rf "$work"; fail "fetching Delta's jars failed"; }
  rm -rf "$work"
}

# What comes from Debian: may ask for a password, so not in the background.
install_oracle_apt() {
  command -v java >/dev/null || apt_install openjdk-17-jre-headless
  command -v mvn >/dev/null || apt_install maven
}

install_oracle() {
  install_oracle_apt
  install_venv oracle "delta-spark==$DELTA_SPARK"
  install_delta_jars
  install_venv tpch
}

# What tools/oracle/session.py reads.
oracle_environment() {
  export HEADRACE_DELTA_JARS=$(delta_jars_dir)
  export PYTHONPATH=$ROOT/tools${PYTHONPATH:+:$PYTHONPATH}
  export HEADRACE_TPCHGEN=$(venv_dir tpch)/bin/tpchgen-cli
  export PYSPARK_PYTHON=$(venv_dir oracle)/bin/python
  export SPARK_LOCAL_IP=127.0.0.1 PYTHONWARNINGS=${PYTHONWARNINGS:-ignore::FutureWarning}
}
