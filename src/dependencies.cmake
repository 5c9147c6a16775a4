# Every library that tern is built with, found in the usual ways; a missing one is named with its
# package.
find_package(Threads REQUIRED)
include(${CMAKE_CURRENT_LIST_DIR}/link_dependencies.cmake)

# Phone numbers as they are dialled at home; without it, only those with their country code.
set(TERN_WITH_LIBPHONENUMBER AUTO CACHE STRING "libphonenumber: ON, OFF, or AUTO: where it is there")
set_property(CACHE TERN_WITH_LIBPHONENUMBER PROPERTY STRINGS AUTO ON OFF)
set(TERN_HAS_LIBPHONENUMBER OFF)
if(TERN_WITH_LIBPHONENUMBER OR TERN_WITH_LIBPHONENUMBER STREQUAL "AUTO")
  tern_find_libphonenumber()
  if(TARGET tern::dep_phonenumber)
    set(TERN_HAS_LIBPHONENUMBER ON)
  elseif(NOT TERN_WITH_LIBPHONENUMBER)
    list(REMOVE_ITEM tern_missing libphonenumber-dev)
  endif()
endif()

tern_find(tern::dep_flatbuffers libflatbuffers-dev flatbuffers/flatbuffers.h)
tern_find(tern::dep_asio libasio-dev asio.hpp)
# asio takes std::aligned_alloc where a standard header came before it, and new where none did: one
# program must not have both.
if(TARGET tern::dep_asio)
  target_compile_definitions(tern::dep_asio INTERFACE ASIO_DISABLE_STD_ALIGNED_ALLOC)
endif()
find_program(TERN_FLATC flatc)
if(NOT TERN_FLATC)
  list(APPEND tern_missing flatbuffers-compiler)
endif()
if(TERN_BUILD_PROGRAMS)
  tern_find(tern::dep_cli11 libcli11-dev CLI/CLI.hpp)
endif()
if(TERN_BUILD_TESTS)
  tern_find(tern::dep_catch2 catch2 catch2/catch.hpp)
  tern_find(tern::dep_json nlohmann-json3-dev nlohmann/json.hpp)
  # Another decoder, to hold ours against.
  tern_find(tern::dep_opusfile libopusfile-dev opus/opusfile.h opusfile)
endif()
if(TERN_BUILD_BENCH)
  tern_find(tern::dep_benchmark libbenchmark-dev benchmark/benchmark.h benchmark)
endif()

if(tern_missing)
  list(JOIN tern_missing " " tern_missing)
  message(FATAL_ERROR "tern cannot be built without these; on Debian: apt-get install ${tern_missing}")
endif()
