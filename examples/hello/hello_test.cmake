# Runs the program in an empty folder: the text must come out at the other end.
file(REMOVE_RECURSE ${FOLDER})
file(MAKE_DIRECTORY ${FOLDER})
execute_process(COMMAND ${PROGRAM} WORKING_DIRECTORY ${FOLDER} OUTPUT_VARIABLE said
  RESULT_VARIABLE status TIMEOUT 60)
if(NOT status EQUAL 0 OR NOT said STREQUAL "Tot straks!\n")
  message(FATAL_ERROR "hello ended with ${status} and said '${said}'")
endif()
