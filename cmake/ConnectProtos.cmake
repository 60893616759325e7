# connect_protos: C++ messages of spark.connect and delta.connect, and Spark Connect's gRPC service.
set(proto_out ${CMAKE_BINARY_DIR}/protos)
file(MAKE_DIRECTORY ${proto_out})
set(spark_protos base catalog commands common expressions ml ml_common pipelines relations types)
set(delta_protos base commands relations)
set(proto_names "")
set(proto_sources "")
foreach(name IN LISTS spark_protos)
  list(APPEND proto_names spark/connect/${name}.proto)
  list(APPEND proto_sources ${proto_out}/spark/connect/${name}.pb.cc)
endforeach()
foreach(name IN LISTS delta_protos)
  list(APPEND proto_names delta/connect/${name}.proto)
  list(APPEND proto_sources ${proto_out}/delta/connect/${name}.pb.cc)
endforeach()
find_program(PROTOC protoc REQUIRED)
find_program(GRPC_CPP_PLUGIN grpc_cpp_plugin REQUIRED)
add_custom_command(
  OUTPUT ${proto_sources} ${proto_out}/spark/connect/base.grpc.pb.cc
  COMMAND ${PROTOC} --descriptor_set_in=${HEADRACE_NATIVE_DIR}/connect.fds --cpp_out=${proto_out}
          --grpc_out=${proto_out} --plugin=protoc-gen-grpc=${GRPC_CPP_PLUGIN} ${proto_names}
  DEPENDS ${HEADRACE_NATIVE_DIR}/connect.fds
  VERBATIM)
add_library(connect_protos STATIC ${proto_sources} ${proto_out}/spark/connect/base.grpc.pb.cc)
target_include_directories(connect_protos SYSTEM PUBLIC ${proto_out})
target_link_libraries(connect_protos PUBLIC PkgConfig::GrpcLibs PkgConfig::Protobuf absl_synchronization Threads::Threads)
# Most of a large plan's bytes are strings, which these pass on: more than -O1 only takes time to build.
target_compile_options(connect_protos PRIVATE -w -O1)
