#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Starts an MPI program on this machine, as root in a container too: jobs/local/mpi.sh RANKS PROGRAM ...
# Sourced, it gives scripts `launch RANKS PROGRAM ...`.
# MPIEXEC names the launcher, which has to be that of the program's MPI, as CMake's MPIEXEC_EXECUTABLE does; its other
# MPIEXEC_ variables are known too. What the launcher is told goes by variables that those of other MPIs do not read.

launch() {
  local ranks=$1 program=$2
  shift 2
  if [ "$(id -u)" -eq 0 ]; then export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1; fi
  # Ranks may share cores, so they are not bound to any: Open MPI 4, Open MPI 5, Intel MPI. MPICH binds none unless asked.
  export OMPI_MCA_rmaps_base_oversubscribe=1 OMPI_MCA_hwloc_base_binding_policy=none
  export PRTE_MCA_rmaps_default_mapping_policy=:oversubscribe PRTE_MCA_hwloc_default_binding_policy=none
  export I_MPI_PIN=off
  # On a host with addresses of IPv4 and IPv6 Open MPI 5.0.7 prints a warning for every pair of ranks; IPv4 is enough here.
  export OMPI_MCA_btl_tcp_disable_family=${OMPI_MCA_btl_tcp_disable_family:-6}
  # Asked to end, ranks get five seconds for a checkpoint, as do the others where one has died: Open MPI 4, whose mpirun waits
  # twice that long after any start that does not end with 0.
  export OMPI_MCA_odls_base_sigkill_timeout=${OMPI_MCA_odls_base_sigkill_timeout:-5}
  # shellcheck disable=SC2086  # flags are words
  ${exec:-} "${MPIEXEC:-mpiexec}" ${MPIEXEC_NUMPROC_FLAG:--n} "$ranks" ${MPIEXEC_PREFLAGS:-} "$program" ${MPIEXEC_POSTFLAGS:-} "$@"
}

if [ "${BASH_SOURCE[0]}" = "$0" ]; then
  [ $# -ge 2 ] || { echo "usage: jobs/local/mpi.sh RANKS PROGRAM ..." >&2; exit 2; }
  # Signals to this process are then signals to the launcher.
  exec=exec launch "$@"
fi
