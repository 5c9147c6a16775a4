# How tern's own targets are made.

add_library(tern_options INTERFACE)
target_compile_features(tern_options INTERFACE cxx_std_20)
target_compile_options(tern_options INTERFACE -Wall -Wextra -Wpedantic -Wshadow -Wnon-virtual-dtor
  -Wno-missing-field-initializers
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
endif()
if(TERN_BUILD_TESTS OR TERN_BUILD_FUZZ)
  target_compile_definitions(tern_options INTERFACE TERN_CHECKS_ABORT)
endif()

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
  if(TERN_TIDY)
    set_target_properties(${name} PROPERTIES
      CXX_CLANG_TIDY "clang-tidy;--quiet;--extra-arg=-Wno-unknown-warning-option")
  endif()
endfunction()

# For programs that spend their time in the libraries: in the development build, and under the
# sanitizers, their own code is not optimised, and compiles in half to two thirds of the time.
function(tern_compile_quickly target)
  target_compile_options(${target} PRIVATE $<$<CONFIG:RelWithDebInfo,Debug>:-O0>)
endfunction()
