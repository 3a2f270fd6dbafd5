package recipes

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// systemdAnalyze runs systemd-analyze on the units, in a directory where their program exists. It exits with 0 where it
// passes over what it does not know, and prints that.
func systemdAnalyze(t *testing.T, args ...string) validator {
	t.Helper()
	if _, err := exec.LookPath("systemd-analyze"); err != nil {
		missing(t, "ECRMIRROR_REQUIRE_CLIENTS", "systemd-analyze is not installed: it is in Debian's package systemd")
	}
	program, err := exec.LookPath("sh")
	if err != nil {
		t.Fatal(err)
	}
	return func(dir string) error {
		units := t.TempDir()
		for _, name := range []string{"mirror-sync.service", "mirror-sync.timer"} {
			text := read(t, filepath.Join(dir, name))
			text = strings.Replace(text, "ExecStart=/usr/local/bin/mirror ", "ExecStart="+program+" ", 1)
			if err := os.WriteFile(filepath.Join(units, name), []byte(text), 0o600); err != nil {
				return err
			}
		}
		return quiet(t, "systemd-analyze", args...)(units)
	}
}

func TestSystemd(t *testing.T) {
	t.Parallel()
	const service, timer = "mirror-sync.service", "mirror-sync.timer"
	holds(t, systemdAnalyze(t, "verify", "--man=no", "./"+timer, "./"+service),
		mistake{service, "RestartSec=", "RestartSecs=", "Unknown key"},
		mistake{service, "Type=oneshot", "Type=oneshot\nRestartForceExitStatus=75", "isn't allowed for Type=oneshot"},
		mistake{service, "ProtectHome=yes", "ProtectHome=maybe", "Failed to parse protect home value"},
		mistake{timer, "OnCalendar=hourly", "OnCalendar=hour", "Failed to parse calendar specification"})
}

// TestSystemdLocksTheServiceIn is of what the service may do to the machine: 2.0 of 10 at most.
func TestSystemdLocksTheServiceIn(t *testing.T) {
	t.Parallel()
	const service = "mirror-sync.service"
	score := func(dir string) error {
		err := systemdAnalyze(t, "security", "--offline=true", "--threshold=20", "--no-pager", "./"+service)(dir)
		if err != nil && strings.HasPrefix(err.Error(), "systemd-analyze") {
			return err
		}
		return nil // it prints its reasons in any case
	}
	holds(t, score, mistake{service, "CapabilityBoundingSet=\n", "", "exit status 1"})
}
