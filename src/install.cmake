# The doors of the library, and how they are installed: cmake --install, find_package(tern),
# pkg-config.
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

# tern_door(NAME LINKS): tern::NAME, whose users see include/tern and nothing behind it.
function(tern_door name)
  add_library(tern_door_${name} INTERFACE)
  add_library(tern::${name} ALIAS tern_door_${name})
  set_target_properties(tern_door_${name} PROPERTIES EXPORT_NAME ${name})
  target_compile_features(tern_door_${name} INTERFACE cxx_std_20)
  target_include_directories(tern_door_${name} INTERFACE
    $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}/include> $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>)
  foreach(part ${ARGN})
    target_link_libraries(tern_door_${name} INTERFACE $<LINK_ONLY:${part}>)
  endforeach()
endfunction()

tern_door(tern tern_net_client tern_contacts)
tern_door(relay tern_net_relay)
tern_door(voice tern_voice)
tern_door(contacts tern_contacts)
# The MLS engine by itself is no stable interface: it shows the headers of src/.
tern_door(mls)
target_link_libraries(tern_door_mls INTERFACE tern_mls)
target_include_directories(tern_door_mls INTERFACE
  $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}/tern-mls>)

# Each part before those that it uses: the order in which a linker wants them.
set(mls_parts tern_mls tern_crypto tern_base)
set(shell_parts tern_net_link tern_net_channel tern_wire tern_store)
set(voice_parts tern_voice tern_base)
set(contacts_parts tern_contacts tern_base)
set(client_parts tern_net_client tern_client tern_voice tern_contacts ${shell_parts} ${mls_parts})
set(relay_parts tern_net_relay tern_relay_core ${shell_parts} tern_crypto tern_base)

if(NOT PROJECT_IS_TOP_LEVEL)
  return()  # whoever embeds the source decides what is installed
endif()

set(package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/tern)
set(parts ${client_parts} ${relay_parts} ${voice_parts} ${contacts_parts})
list(REMOVE_DUPLICATES parts)
install(TARGETS ${parts} tern_door_tern tern_door_relay tern_door_mls tern_door_voice
  tern_door_contacts EXPORT tern
  ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR})
install(EXPORT tern NAMESPACE tern:: FILE tern-targets.cmake DESTINATION ${package_dir})
configure_package_config_file(src/tern-config.cmake.in ${PROJECT_BINARY_DIR}/tern-config.cmake
  INSTALL_DESTINATION ${package_dir})
write_basic_package_version_file(${PROJECT_BINARY_DIR}/tern-config-version.cmake
  COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/tern-config.cmake
  ${PROJECT_BINARY_DIR}/tern-config-version.cmake src/link_dependencies.cmake
  DESTINATION ${package_dir})

install(DIRECTORY include/tern DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
install(DIRECTORY src/base src/crypto src/mls DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/tern-mls
  FILES_MATCHING PATTERN "*.hpp")
install(FILES LICENSE DESTINATION ${CMAKE_INSTALL_DOCDIR})
if(TARGET tern-relay)
  install(TARGETS tern-relay)
endif()

# Where the prefix is, seen from a .pc file: an installed tree may be moved.
file(RELATIVE_PATH prefix_from_pc /${CMAKE_INSTALL_LIBDIR}/pkgconfig /)

# tern_pkg_config(NAME DESCRIPTION HEADERS REQUIRES PART...)
function(tern_pkg_config name description headers requires)
  list(TRANSFORM ARGN PREPEND "-l")
  list(JOIN ARGN " " libraries)
  configure_file(src/tern.pc.in ${PROJECT_BINARY_DIR}/${name}.pc @ONLY)
  install(FILES ${PROJECT_BINARY_DIR}/${name}.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
endfunction()

tern_pkg_config(tern-relay "tern's relay, inside a program" "" "libsodium lmdb" ${relay_parts})
# libebur128, libsonic and libphonenumber have no .pc file in Debian.
set(phonenumber "")
if(TERN_HAS_LIBPHONENUMBER)
  set(phonenumber phonenumber)
endif()
tern_pkg_config(tern "A messenger's core to embed" "" "libsodium lmdb opus ogg speexdsp"
  ${client_parts} ebur128 sonic ${phonenumber})
tern_pkg_config(tern-voice "tern's voice recorder and player by themselves" "" "opus ogg speexdsp"
  ${voice_parts} ebur128 sonic)
tern_pkg_config(tern-contacts "tern's phone numbers and address books by themselves" "" ""
  ${contacts_parts} ${phonenumber})
tern_pkg_config(tern-mls "tern's MLS engine by itself" "/tern-mls" "libsodium" ${mls_parts})
