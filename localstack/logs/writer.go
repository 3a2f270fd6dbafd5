package logs

import (
	"bytes"
	"io"
	"sync"

	"ecrmirror/localstack/awsjson"
)

// A writer makes each line that is written an event of a stream.
type writer struct {
	service       *Service
	caller        awsjson.Caller
	group, stream string

	mu      sync.Mutex
	partial []byte
}

// lineLimit is how long an event is at most, in bytes; what is longer becomes several.
//
// Source: https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/cloudwatch_limits_cwl.html
const lineLimit = 256 << 10

// Writer returns what makes lines events of a new stream of the group, as the log driver of
// containers does. The group must be there, but for Batch's own. What is written after the
// group's deletion is lost.
func (s *Service) Writer(account, region, groupName, streamName string) (io.WriteCloser, error) {
	c := awsjson.Caller{Account: account, Region: region}
	s.mu.Lock()
	defer s.mu.Unlock()
	g, err := s.group(c, groupName)
	if err != nil {
		if groupName != BatchGroup {
			return nil, err
		}
		g = s.newGroup(c, groupName)
	}
	if _, exists := g.streams[streamName]; !exists {
		g.streams[streamName] = &stream{created: s.opts.Now()}
	}
	return &writer{service: s, caller: c, group: groupName, stream: streamName}, nil
}

// Write never fails.
func (w *writer) Write(p []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.partial = append(w.partial, p...)
	for {
		end := bytes.IndexByte(w.partial, '\n')
		switch {
		case end >= 0 && end <= lineLimit:
			w.emit(w.partial[:end])
			w.partial = w.partial[end+1:]
		case len(w.partial) > lineLimit:
			w.emit(w.partial[:lineLimit])
			w.partial = w.partial[lineLimit:]
		default:
			return len(p), nil
		}
	}
}

// Close writes what has no end of line yet.
func (w *writer) Close() error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if len(w.partial) > 0 {
		w.emit(w.partial)
	}
	w.partial = nil
	return nil
}

func (w *writer) emit(line []byte) {
	line = bytes.TrimSuffix(line, []byte("\r"))
	if len(line) == 0 { // CloudWatch has no empty events
		return
	}
	s := w.service
	s.mu.Lock()
	st, err := s.stream(w.caller, w.group, w.stream)
	if err != nil {
		s.mu.Unlock()
		return
	}
	told := s.add(w.caller, w.group, w.stream, st, s.opts.Now(), string(line))
	s.mu.Unlock()
	s.tell([]Event{told})
}
