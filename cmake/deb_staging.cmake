# Run by CPack between installing into its own folder and packing that: what Debian's policy wants of a
# package, and an installation from source does not.
file(GLOB_RECURSE license "${CPACK_TEMPORARY_DIRECTORY}/LICENSE")
file(REMOVE ${license})  # its text is in copyright

find_program(gzip gzip REQUIRED)
file(GLOB_RECURSE pages "${CPACK_TEMPORARY_DIRECTORY}/*.[1-9]")
list(FILTER pages INCLUDE REGEX "/share/man/man[1-9]/")
if(pages)
  execute_process(COMMAND "${gzip}" --best --no-name ${pages} COMMAND_ERROR_IS_FATAL ANY)
endif()
