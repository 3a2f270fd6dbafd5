package main

import "ecrmirror/internal/contract"

const syncLong = `Mirror the entries of YAML files, or of all *.yaml and *.yml files in a folder, or of - for
standard input: each destination that differs from its source gets the source's image. It
is done now and in this process; neither a table nor AWS is needed. The same file goes
into a table later: controller import FILE.

  entries:
    - source: docker.io/library/alpine:3.22
      destinations: registry.example.com/alpine:3.22
    - source: docker.io/library/nginx
      destinations: 123456789012.dkr.ecr.us-east-1.amazonaws.com/hub/
      tags: [{version: ^1.27, newest: 5}]   # a selection: rules choose its tags

Digests are compared first, so that a run costs little where nothing has changed. Images of
one repository are copied side by side, and layers that they share are read once. One that
fails does not stop the others. The files are checked before anything is done: an entry that
is invalid, not allowed, or in conflict with another is wrong usage. Signatures (--policy)
are checked when an image is copied, and not by --dry-run.

Ledger: with --ledger a file remembers what is known of each image, as the controller's
ledger does: a tag that another entry owns is left to it, and what failed for good is tried
again after an hour, then two, up to a day (--retry tries at once). One process at a time
has it open. Without it nothing is remembered.

Watching: with --watch it is done again and again, and the files are read each time, until
SIGTERM or SIGINT, which stops copies that are under way: what is there already is not sent
again next time.

Output: a line for each destination that was copied, failed, or was put off, and counts;
with --verbose also for those that are current. --output json has all of it, junit is a
test report for CI. Failures go to standard error. Progress, memory, logins, signatures,
--allow-source and --allow-destination are as with mirror SRC DEST (mirror -h).

Exit codes: 0 all destinations hold their images; 1 something failed and would fail again;
2 wrong usage; 3 there is something to do (--dry-run --exit-code alone); 75 something
failed or was put off, and may work on another try; 130, 143 interrupted.`

const syncExample = `  mirror sync entries.yaml --dry-run
  mirror sync entries.yaml
  mirror sync entries/ --only 'ghcr.io/org/**' --jobs 8
  mirror sync entries.yaml --output junit > report.xml
  mirror sync entries.yaml --summary "$GITHUB_STEP_SUMMARY"
  mirror sync entries.yaml --ledger mirror.ledger --watch 15m --listen :9090
  ` + contract.EnvInsecureRegistries + `=registry:5000 mirror sync - < entries.yaml`
