# Run by CPack between installing into its own folder and packing that: what Debian's policy wants of a
# package, and an installation from source does not.
find_program(gzip gzip REQUIRED)
file(GLOB_RECURSE packed "${CPACK_TEMPORARY_DIRECTORY}/*.[1-9]")
list(FILTER packed INCLUDE REGEX "/usr/share/man/")

file(GLOB_RECURSE changelog "${CPACK_TEMPORARY_DIRECTORY}/CHANGELOG.md")
get_filename_component(folder "${changelog}" DIRECTORY)
file(RENAME "${changelog}" "${folder}/changelog")
file(REMOVE "${folder}/LICENSE")  # its text is in copyright
list(APPEND packed "${folder}/changelog")

execute_process(COMMAND "${gzip}" --best --no-name ${packed} COMMAND_ERROR_IS_FATAL ANY)
