# Imported targets for what Headrace stands on. Names: DuckDB::duckdb, Arrow::arrow, Arrow::parquet, Grpc::grpc, ...
find_package(PkgConfig REQUIRED)
find_package(Threads REQUIRED)
find_package(GTest REQUIRED)
find_package(fmt REQUIRED)
find_package(OpenSSL REQUIRED)
find_package(ZLIB REQUIRED)
find_package(Boost 1.81 REQUIRED COMPONENTS json url)
find_package(CURL REQUIRED)

foreach(entry
    "spdlog spdlog" "SQLite sqlite3" "Postgres libpq" "Pcre2 libpcre2-8" "Xxhash libxxhash"
    "Zstd libzstd" "Yaml yaml-cpp" "Kafka rdkafka++" "Hiredis hiredis" "Protobuf protobuf" "GrpcLibs grpc++")
  string(REPLACE " " ";" entry ${entry})
  list(GET entry 0 name)
  list(GET entry 1 module)
  pkg_check_modules(${name} REQUIRED IMPORTED_TARGET GLOBAL ${module})
endforeach()
# Use as PkgConfig::spdlog, PkgConfig::SQLite, ...

find_library(ROCKSDB_LIBRARY rocksdb REQUIRED)
add_library(RocksDB::rocksdb UNKNOWN IMPORTED GLOBAL)
set_target_properties(RocksDB::rocksdb PROPERTIES IMPORTED_LOCATION ${ROCKSDB_LIBRARY})

find_library(ROARING_LIBRARY roaring REQUIRED)
add_library(Roaring::roaring UNKNOWN IMPORTED GLOBAL)
set_target_properties(Roaring::roaring PROPERTIES IMPORTED_LOCATION ${ROARING_LIBRARY})

find_library(DATE_TZ_LIBRARY date-tz REQUIRED)
add_library(Date::tz UNKNOWN IMPORTED GLOBAL)
set_target_properties(Date::tz PROPERTIES IMPORTED_LOCATION ${DATE_TZ_LIBRARY})

add_library(DuckDB::duckdb SHARED IMPORTED GLOBAL)
set_target_properties(DuckDB::duckdb PROPERTIES
  IMPORTED_LOCATION ${HEADRACE_NATIVE_DIR}/duckdb/lib/libduckdb.so
  IMPORTED_NO_SONAME TRUE
  INTERFACE_INCLUDE_DIRECTORIES "${HEADRACE_NATIVE_DIR}/duckdb/include;${HEADRACE_NATIVE_DIR}/duckdb/parquet_include;${HEADRACE_NATIVE_DIR}/duckdb/third_party/parquet;${HEADRACE_NATIVE_DIR}/duckdb/third_party/thrift")

# Only arrow, parquet and (later) arrow_s3 of the wheel: libarrow_compute exports an re2 that clashes with gRPC's.
foreach(lib arrow parquet)
  add_library(Arrow::${lib} SHARED IMPORTED GLOBAL)
  set_target_properties(Arrow::${lib} PROPERTIES
    IMPORTED_LOCATION ${HEADRACE_NATIVE_DIR}/arrow/lib/lib${lib}.so.2600
    INTERFACE_INCLUDE_DIRECTORIES ${HEADRACE_NATIVE_DIR}/arrow/include)
endforeach()
target_link_libraries(Arrow::parquet INTERFACE Arrow::arrow)
set(CMAKE_BUILD_RPATH ${HEADRACE_NATIVE_DIR}/duckdb/lib ${HEADRACE_NATIVE_DIR}/arrow/lib)

# The Spark Connect and Delta Connect services, generated from the clients' own descriptors at build time.
include(ConnectProtos)
