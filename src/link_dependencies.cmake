# The libraries that a program with tern in it is linked with. Also part of the installed package,
# where tern-config.cmake reads it.

# tern_find(TARGET PACKAGE HEADER [LIBRARY]): an imported target; or PACKAGE joins tern_missing.
macro(tern_find target package header)
  if(NOT TARGET ${target})
    string(MAKE_C_IDENTIFIER "${target}" tern_id)
    find_path(${tern_id}_INCLUDE_DIR ${header})
    mark_as_advanced(${tern_id}_INCLUDE_DIR)
    if(${ARGC} GREATER 3)
      find_library(${tern_id}_LIBRARY ${ARGV3})
      mark_as_advanced(${tern_id}_LIBRARY)
    else()
      set(${tern_id}_LIBRARY "only a header")
    endif()
    if(NOT ${tern_id}_INCLUDE_DIR OR NOT ${tern_id}_LIBRARY)
      list(APPEND tern_missing ${package})
    else()
      add_library(${target} INTERFACE IMPORTED GLOBAL)
      set_target_properties(${target} PROPERTIES
        INTERFACE_INCLUDE_DIRECTORIES "${${tern_id}_INCLUDE_DIR}")
      if(${ARGC} GREATER 3)
        set_target_properties(${target} PROPERTIES INTERFACE_LINK_LIBRARIES "${${tern_id}_LIBRARY}")
      endif()
    endif()
  endif()
endmacro()

set(tern_missing "")
tern_find(tern::dep_sodium libsodium-dev sodium.h sodium)
tern_find(tern::dep_lmdb liblmdb-dev lmdb.h lmdb)
tern_find(tern::dep_opus libopus-dev opus/opus.h opus)
tern_find(tern::dep_ogg libogg-dev ogg/ogg.h ogg)
tern_find(tern::dep_ebur128 libebur128-dev ebur128.h ebur128)
tern_find(tern::dep_sonic libsonic-dev sonic.h sonic)
tern_find(tern::dep_speexdsp libspeexdsp-dev speex/speex_resampler.h speexdsp)

# Only where tern is, or was, built with it. Its own CMake files want all that it is built from.
macro(tern_find_libphonenumber)
  tern_find(tern::dep_phonenumber libphonenumber-dev phonenumbers/phonenumberutil.h phonenumber)
endmacro()
