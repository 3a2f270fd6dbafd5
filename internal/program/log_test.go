package program

import (
	"bytes"
	"io"
	"log"
	"log/slog"
	"os"
	"strings"
	"testing"
)

// What net/http prints quotes what a server sent. It reaches no terminal raw.
func TestWhatPackageLogPrintsGoesToTheLog(t *testing.T) {
	t.Cleanup(func() { log.SetOutput(os.Stderr); log.SetFlags(log.LstdFlags) })
	log.SetOutput(os.Stderr) // go test -json has it elsewhere
	silenceLog()
	if log.Writer() != io.Discard {
		t.Error("it is printed before there is a log")
	}
	var b bytes.Buffer
	CaptureLog(slog.New(slog.NewTextHandler(&b, nil)))
	silenceLog()
	log.Printf("Unsolicited response received on idle HTTP channel starting with %s", "\x1b[2J")
	if got := b.String(); !strings.Contains(got, "level=WARN") || !strings.Contains(got, `\x1b[2J`) ||
		strings.Contains(got, "\x1b") {
		t.Errorf("%q", got)
	}
}
