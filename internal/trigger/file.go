package trigger

import (
	"fmt"
	"io"
	"os"
)

// maxEvent is how many bytes an event may have: four times those that EventBridge takes.
const maxEvent = 1 << 20

// ReadFile reads and parses the event in a file, or in stdin for "-".
func ReadFile(stdin io.Reader, file string) (Event, error) {
	payload, err := read(stdin, file)
	if err != nil {
		return Event{}, fmt.Errorf("reading the event: %w", err)
	}
	return Parse(payload)
}

func read(in io.Reader, file string) ([]byte, error) {
	if file != "-" {
		f, err := os.Open(file)
		if err != nil {
			return nil, err
		}
		defer f.Close()
		in = f
	}
	payload, err := io.ReadAll(io.LimitReader(in, maxEvent+1))
	if err == nil && len(payload) > maxEvent {
		err = fmt.Errorf("it has more than %d bytes", maxEvent)
	}
	return payload, err
}
