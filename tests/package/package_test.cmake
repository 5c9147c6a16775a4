function(run)
  execute_process(COMMAND ${ARGN} RESULT_VARIABLE status OUTPUT_VARIABLE said ERROR_VARIABLE said)
  if(NOT status EQUAL 0)
    list(JOIN ARGN " " command)
    message(FATAL_ERROR "${command}\nended with ${status}:\n${said}")
  endif()
endfunction()

# Runs a consumer in an empty folder.
function(try program)
  file(REMOVE_RECURSE ${WORK}/run)
  file(MAKE_DIRECTORY ${WORK}/run)
  run(${CMAKE_COMMAND} -E chdir ${WORK}/run ${program})
endfunction()

set(consumer ${SOURCE}/examples/hello/hello.cpp)
set(mls_consumer ${SOURCE}/examples/mls/two_members.cpp)
set(contacts_consumer ${SOURCE}/tests/package/consumer/contacts_consumer.cpp)
set(flags "")
if(SANITIZE)
  set(flags -fsanitize=${SANITIZE})
endif()
separate_arguments(linker UNIX_COMMAND "${LINKER}")
file(REMOVE_RECURSE ${WORK})
file(MAKE_DIRECTORY ${WORK})
run(${CMAKE_COMMAND} --install ${BUILD} --prefix ${WORK}/installed)
# Moved: nothing in an installed tree may know where it was built.
file(RENAME ${WORK}/installed ${WORK}/prefix)

run(${CMAKE_COMMAND} -S ${SOURCE}/tests/package/consumer -B ${WORK}/build -G Ninja
  -D CMAKE_PREFIX_PATH=${WORK}/prefix -D CMAKE_CXX_COMPILER=${COMPILER}
  -D CMAKE_CXX_COMPILER_LAUNCHER=${LAUNCHER} -D CMAKE_CXX_FLAGS=${flags}
  -D CMAKE_EXE_LINKER_FLAGS=${LINKER} -D CONSUMER=${consumer}
  -D MLS_CONSUMER=${mls_consumer} -D CONTACTS_CONSUMER=${contacts_consumer})
run(${CMAKE_COMMAND} --build ${WORK}/build)
try(${WORK}/build/consumer)
try(${WORK}/build/mls_consumer)
try(${WORK}/build/contacts_consumer)

file(GLOB_RECURSE pc ${WORK}/prefix/tern.pc)
cmake_path(GET pc PARENT_PATH pc_folder)
set(ENV{PKG_CONFIG_PATH} ${pc_folder})
# pkg_config(OUT PACKAGE...): the flags to compile and link with.
function(pkg_config out)
  execute_process(COMMAND pkg-config --cflags --libs ${ARGN} OUTPUT_VARIABLE said
    COMMAND_ERROR_IS_FATAL ANY)
  separate_arguments(said UNIX_COMMAND "${said}")
  set(${out} ${said} PARENT_SCOPE)
endfunction()
pkg_config(both tern tern-relay)
run(${LAUNCHER} ${COMPILER} ${flags} ${linker} ${consumer} -o ${WORK}/consumer ${both})
try(${WORK}/consumer)
pkg_config(mls tern-mls)
run(${LAUNCHER} ${COMPILER} ${flags} ${linker} ${mls_consumer} -o ${WORK}/mls_consumer ${mls})
try(${WORK}/mls_consumer)
pkg_config(contacts tern-contacts)
run(${LAUNCHER} ${COMPILER} ${flags} ${linker} ${contacts_consumer} -o ${WORK}/contacts_consumer
  ${contacts})
try(${WORK}/contacts_consumer)
