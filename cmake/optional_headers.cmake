# SPDX-License-Identifier: Apache-2.0
#
# pleach_component_of(<header> <out>) sets <out> to the optional component whose dependency a header or its folder's umbrella
# includes, or to the empty string. Such headers belong to the component's target.

function(pleach_component_of header out)
    set(${out} "" PARENT_SCOPE)
    file(STRINGS "${header}" lines REGEX "^#include <(Eigen/.*|omp\\.h|metis\\.h|torch/.*)>")
    if(lines MATCHES "<Eigen/" OR header MATCHES "/pleach/(factor|assign)/")
        set(${out} eigen PARENT_SCOPE)
    elseif(header MATCHES "/interop/mpi(/|\\.hpp$)")
        set(${out} mpi PARENT_SCOPE)
    elseif(lines MATCHES "<omp")
        set(${out} openmp PARENT_SCOPE)
    elseif(lines MATCHES "<metis")
        set(${out} metis PARENT_SCOPE)
    elseif(lines MATCHES "<torch/")
        set(${out} torch PARENT_SCOPE)
    endif()
endfunction()
