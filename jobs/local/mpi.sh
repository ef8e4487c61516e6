# SPDX-License-Identifier: Apache-2.0
# Sourced: `launch RANKS PROGRAM ...` starts an MPI program on this machine, as root in a container too.
launch() {
  local ranks=$1
  shift
  [ "$(id -u)" -eq 0 ] && export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1
  # Ranks may share cores, so they are not bound to any. Asked to end, they get five seconds for a checkpoint,
  # as do the others where one has died.
  mpirun --oversubscribe --bind-to none --mca odls_base_sigkill_timeout 5 -n "$ranks" "$@"
}
