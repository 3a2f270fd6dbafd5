package trigger_test

import (
	"bytes"
	"errors"
	"io"
	"io/fs"
	"path/filepath"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"

	"ecrmirror/internal/trigger"
)

func TestReadFile(t *testing.T) {
	want, err := trigger.Parse(read(t, "push-aws"))
	if err != nil {
		t.Fatal(err)
	}
	fromFile, err := trigger.ReadFile(nil, filepath.Join("testdata", "push-aws.json"))
	if diff := cmp.Diff(want, fromFile); diff != "" || err != nil {
		t.Errorf("%v (-want +got)\n%s", err, diff)
	}
	fromInput, err := trigger.ReadFile(iotest.OneByteReader(bytes.NewReader(read(t, "push-aws"))), "-")
	if diff := cmp.Diff(want, fromInput); diff != "" || err != nil {
		t.Errorf("%v (-want +got)\n%s", err, diff)
	}
}

func TestAFileThatHasNoEventIsAnError(t *testing.T) {
	broken := errors.New("broken pipe")
	for name, c := range map[string]struct {
		stdin io.Reader
		file  string
		is    error
		text  string
	}{
		"no file":      {nil, filepath.Join("testdata", "none.json"), fs.ErrNotExist, "reading the event: open "},
		"broken input": {iotest.ErrReader(broken), "-", broken, "reading the event: "},
		"too large": {
			strings.NewReader(strings.Repeat(" ", 1<<20+1)), "-", nil,
			"reading the event: it has more than 1048576 bytes",
		},
		"no event": {strings.NewReader("{}"), "-", nil, "malformed event: "},
	} {
		_, err := trigger.ReadFile(c.stdin, c.file)
		if err == nil || !strings.HasPrefix(err.Error(), c.text) || c.is != nil && !errors.Is(err, c.is) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
