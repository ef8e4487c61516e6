# SPDX-License-Identifier: Apache-2.0
# Sourced: cluster_start FOLDER brings up a Slurm of this one machine on loopback, with everything it keeps in FOLDER;
# cluster_stop takes it down. A cluster of the machine's own is neither used nor touched.

# What is missing for that, or nothing.
cluster_lacks() {
  local program
  for program in munged slurmctld slurmd srun sbatch scontrol; do
    [ -n "$(PATH=$PATH:/usr/sbin:/sbin command -v "$program")" ] || { echo "$program is not installed"; return; }
  done
  [ "$(id -u)" -eq 0 ] || echo "slurmd must be started as root"
}

# A port that nobody listens on.
free_port() {
  python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'
}

cluster_start() {
  cluster=$1
  export PATH=$PATH:/usr/sbin:/sbin SLURM_CONF=$cluster/slurm.conf
  mkdir -p "$cluster"/{state,spool,munge}
  chmod 755 "$cluster"
  chmod 700 "$cluster/munge"
  head -c 1024 /dev/urandom >"$cluster/munge/key"
  chmod 400 "$cluster/munge/key"
  munged --force --key-file="$cluster/munge/key" --socket="$cluster/munge.socket" --pid-file="$cluster/munge/pid" \
    --log-file="$cluster/munge/log" --seed-file="$cluster/munge/seed" 2>"$cluster/munged.log" || {
    cat "$cluster/munged.log"
    return 1
  }
  # Eight processors, whatever the machine has: jobs of tests are small. A requeued job waits for its old credential
  # to expire, and then for the scheduler to look.
  cat >"$SLURM_CONF" <<CONF
ClusterName=test
SlurmctldHost=$(hostname -s)(127.0.0.1)
SlurmctldPort=$(free_port)
SlurmdPort=$(free_port)
SlurmUser=root
SlurmdUser=root
AuthType=auth/munge
AuthInfo=socket=$cluster/munge.socket,cred_expire=5
CredType=cred/munge
StateSaveLocation=$cluster/state
SlurmdSpoolDir=$cluster/spool
SlurmctldPidFile=$cluster/slurmctld.pid
SlurmdPidFile=$cluster/slurmd.pid
SlurmctldLogFile=$cluster/slurmctld.log
SlurmdLogFile=$cluster/slurmd.log
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
MpiDefault=pmix
SelectType=select/cons_tres
SchedulerParameters=sched_interval=1
SelectTypeParameters=CR_CPU
SlurmdParameters=config_overrides
ReturnToService=2
KillWait=20
NodeName=$(hostname -s) NodeAddr=127.0.0.1 CPUs=8 RealMemory=1000 State=UNKNOWN
PartitionName=main Nodes=ALL Default=YES State=UP
CONF
  echo 'CgroupPlugin=cgroup/v1' >"$cluster/cgroup.conf"
  slurmctld >"$cluster/start.log" 2>&1 && slurmd >>"$cluster/start.log" 2>&1 || { cat "$cluster/start.log"; return 1; }
  for _ in $(seq 150); do
    [ "$(sinfo -h -o %T 2>/dev/null)" = idle ] && return 0
    sleep 0.2
  done
  tail -n 20 "$cluster"/*.log
  return 1
}

# Jobs first, then the daemons that would start more of them; whatever of it has come up.
cluster_stop() {
  local daemon
  scancel --user=root >/dev/null 2>&1 || true
  for _ in $(seq 100); do
    [ -z "$(squeue -h 2>/dev/null)" ] && break
    sleep 0.2
  done
  for daemon in "$cluster/slurmd.pid" "$cluster/slurmctld.pid" "$cluster/munge/pid"; do
    pkill -F "$daemon" >/dev/null 2>&1 || true
  done
  for _ in $(seq 50); do
    pgrep -F "$cluster/slurmctld.pid" >/dev/null 2>&1 || break
    sleep 0.1
  done
}
