# headrace_module(NAME [USES targets...] [PRIVATE_USES targets...] [TEST_USES targets...])
#
# One static library `headrace_NAME` from every .cc file below the current folder but the tests, and one test
# executable `NAME_test` from every *_test.cc file. USES is what the module's headers need, PRIVATE_USES what only
# its sources need. Modules are named without their prefix: a wrong include does not compile, because a module's
# headers are reachable only through the target that lists it.
function(headrace_module name)
  cmake_parse_arguments(arg "" "" "USES;PRIVATE_USES;TEST_USES" ${ARGN})
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/*.cc)
  set(tests ${sources})
  list(FILTER sources EXCLUDE REGEX "_test\\.cc$|/testing/|/main\\.cc$")
  list(FILTER tests INCLUDE REGEX "_test\\.cc$")

  # Headers are included as "module/header.h"; each module exports a folder that holds only itself.
  set(include_dir ${CMAKE_BINARY_DIR}/include/${name})
  file(MAKE_DIRECTORY ${include_dir})
  file(CREATE_LINK ${CMAKE_CURRENT_SOURCE_DIR} ${include_dir}/${name} SYMBOLIC)

  add_library(headrace_${name} STATIC ${sources})
  target_include_directories(headrace_${name} PUBLIC ${include_dir})
  foreach(use IN LISTS arg_USES)
    headrace_link(headrace_${name} PUBLIC ${use})
  endforeach()
  foreach(use IN LISTS arg_PRIVATE_USES)
    headrace_link(headrace_${name} PRIVATE ${use})
  endforeach()

  if(tests)
    add_executable(${name}_test ${tests})
    # The tests' own code runs once.
    target_compile_options(${name}_test PRIVATE -O0)
    target_link_libraries(${name}_test PRIVATE headrace_${name} GTest::gmock GTest::gtest_main)
    foreach(use IN LISTS arg_TEST_USES arg_PRIVATE_USES)
      headrace_link(${name}_test PRIVATE ${use})
    endforeach()
    add_test(NAME ${name}_test COMMAND ${name}_test)
    set_tests_properties(${name}_test PROPERTIES TIMEOUT 900)
  endif()
endfunction()

# Links a module by its short name, or any other target by its own.
function(headrace_link target visibility use)
  if(use IN_LIST HEADRACE_MODULES)
    target_link_libraries(${target} ${visibility} headrace_${use})
  else()
    target_link_libraries(${target} ${visibility} ${use})
  endif()
endfunction()
