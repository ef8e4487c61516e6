#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# A record that an earlier version has written gives the tables and digests that it gave then:
# old_record.sh LTR_REPORT FOLDER, for every schema_<n>.h5 of the folder beside its schema_<n>.txt.
set -euo pipefail
report=$1
cd "$2"
section() {
  echo "== $1"
  "$report" "${@:2}"
}
for record in schema_*.h5; do
  {
    for table in grid quality classes shifted; do section $table "$record" --table $table; done
    section differences "$record" --differences
    section csv "$record" --format csv
    section digest "$record" --digest
  } 2>&1 | diff "${record%.h5}.txt" - || { echo "$record: the report differs from that of the version that wrote it"; exit 1; }
done
