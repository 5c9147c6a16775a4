# How tern's own targets are made.

add_library(tern_options INTERFACE)
target_compile_features(tern_options INTERFACE cxx_std_20)
target_compile_options(tern_options INTERFACE -Wall -Wextra -Wpedantic -Wnon-virtual-dtor
  -Wno-missing-field-initializers
  # clang means names of another file that is compiled in one piece with this one, too.
  $<$<CXX_COMPILER_ID:GNU>:-Wshadow>
  # g++ 12 sees overlaps in std::string (GCC bug 105651) and uninitialized parts of std::variant,
  # and at -O3 vectors of negative length that are compared and freed.
  $<$<CXX_COMPILER_ID:GNU>:-Wno-restrict>
  $<$<CXX_COMPILER_ID:GNU>:-Wno-stringop-overread>
  $<$<CXX_COMPILER_ID:GNU>:-Wno-free-nonheap-object>
  $<$<CXX_COMPILER_ID:GNU>:-Wno-maybe-uninitialized>)
if(TERN_WERROR)
  target_compile_options(tern_options INTERFACE -Werror)
endif()
if(TERN_SANITIZE)
  target_compile_options(tern_options INTERFACE -fsanitize=${TERN_SANITIZE} -fno-omit-frame-pointer
    -fno-sanitize-recover=all)
  target_link_options(tern_options INTERFACE -fsanitize=${TERN_SANITIZE})
  # What takes many runs takes fewer.
  target_compile_definitions(tern_options INTERFACE TERN_IS_SANITIZED)
endif()
if(TERN_BUILD_TESTS)
  target_compile_definitions(tern_options INTERFACE TERN_CHECKS_ABORT)
endif()

# What nearly every file begins with is read once for all: a second for each, two with Catch2. Not
# where clang-tidy looks on, which so finds the file that does not include what it needs.
option(TERN_READ_ONCE "precompiled headers" OFF)
# tern_read_once(TARGET HEADERS [OPTION | LIBRARY | <HEADER>]...): HEADERS is the target that reads.
function(tern_read_once target headers)
  if(NOT TERN_READ_ONCE)
    return()
  endif()
  if(NOT TARGET ${headers})
    set(empty ${PROJECT_BINARY_DIR}/${headers}.cpp)
    file(CONFIGURE OUTPUT ${empty} CONTENT "")
    add_library(${headers} OBJECT ${empty})
    target_link_libraries(${headers} PRIVATE tern_options)
    target_precompile_headers(${headers} PRIVATE <algorithm> <array> <functional> <map> <memory>
      <optional> <set> <span> <string> <variant> <vector>)
    foreach(more ${ARGN})
      if(more MATCHES "^tern::")
        target_link_libraries(${headers} PRIVATE ${more})
      elseif(more MATCHES "^<")
        target_precompile_headers(${headers} PRIVATE ${more})
      else()
        target_compile_options(${headers} PRIVATE ${more})
      endif()
    endforeach()
  endif()
  target_precompile_headers(${target} REUSE_FROM ${headers})
endfunction()

# Everything that is shipped or linted as a library.
add_custom_target(tern_libraries)

# tern_library(NAME SOURCES ... LINKS ... PRIVATE_LINKS ...): one folder's static library.
function(tern_library name)
  cmake_parse_arguments(arg "" "" "SOURCES;LINKS;PRIVATE_LINKS" ${ARGN})
  add_library(${name} STATIC ${arg_SOURCES})
  target_include_directories(${name} PUBLIC
    $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}/include>
    $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}/src>
    $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}/codecs>
    $<INSTALL_INTERFACE:include>)
  target_link_libraries(${name} PUBLIC ${arg_LINKS} PRIVATE $<BUILD_INTERFACE:tern_options>)
  foreach(link ${arg_PRIVATE_LINKS})
    # A dependency that is headers alone is none of whoever links the installed library.
    if(link MATCHES "^tern::dep_(asio|flatbuffers)$")
      set(link $<BUILD_INTERFACE:${link}>)
    endif()
    target_link_libraries(${name} PRIVATE ${link})
  endforeach()
  add_dependencies(tern_libraries ${name})
  tern_read_once(${name} tern_library_headers)
  if(TERN_TIDY)
    set_target_properties(${name} PROPERTIES
      CXX_CLANG_TIDY "clang-tidy;--quiet;--extra-arg=-Wno-unknown-warning-option")
  endif()
endfunction()

# For programs that spend their time in the libraries: in the development build, and under the
# sanitizers, their own code is not optimised, and compiles in half to two thirds of the time.
function(tern_compile_quickly target)
  # -fPIC, where CMake has -fPIE for a program: what is read once is for both.
  set(options $<$<CONFIG:RelWithDebInfo,Debug>:-O0> -fPIC)
  target_compile_options(${target} PRIVATE ${options})
  if(TARGET tern::dep_catch2)
    set(catch2 tern::dep_catch2 <catch2/catch.hpp>)
  endif()
  tern_read_once(${target} tern_quick_headers ${options} ${catch2})
endfunction()
