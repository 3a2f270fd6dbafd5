package logs

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"ecrmirror/localstack/awsjson"
)

// last is when the last event of a stream was; the zero time if it has none.
func (st *stream) last() time.Time {
	if len(st.events) == 0 {
		return time.Time{}
	}
	return st.events[len(st.events)-1].at
}

func (s *Service) putLogEvents(_ context.Context, c awsjson.Caller, in struct {
	Group  string `json:"logGroupName"`
	Stream string `json:"logStreamName"`
	Events []struct {
		At      int64  `json:"timestamp"`
		Message string `json:"message"`
	} `json:"logEvents"`
},
) (any, error) {
	if len(in.Events) < 1 || len(in.Events) > 10_000 {
		return nil, invalid("logEvents must have 1 to 10000 events, got %d", len(in.Events))
	}
	var told []Event
	s.mu.Lock()
	st, err := s.stream(c, in.Group, in.Stream)
	if err != nil {
		s.mu.Unlock()
		return nil, err
	}
	for i, e := range in.Events {
		if i > 0 && e.At < in.Events[i-1].At {
			s.mu.Unlock()
			return nil, invalid("Log events in a single PutLogEvents request must be in chronological order.")
		}
		told = append(told, s.add(c, in.Group, in.Stream, st, time.UnixMilli(e.At), e.Message))
	}
	s.mu.Unlock()
	s.tell(told)
	return map[string]any{"nextSequenceToken": "0"}, nil
}

// add adds an event to a stream. The lock must be held.
func (s *Service) add(c awsjson.Caller, groupName, streamName string, st *stream, at time.Time, message string) Event {
	s.events++
	now := s.opts.Now()
	st.ingested = now
	st.events = append(st.events, stored{id: s.events, at: at, ingested: now, message: message})
	if over := len(st.events) - s.opts.Keep; over > 0 {
		st.events = slices.Delete(st.events, 0, over)
	}
	return Event{Account: c.Account, Region: c.Region, Group: groupName, Stream: streamName, Time: at, Message: message}
}

func (s *Service) tell(events []Event) {
	if s.opts.OnEvent == nil {
		return
	}
	for _, e := range events {
		s.opts.OnEvent(e)
	}
}

// window are the members of requests for events.
type window struct {
	Group      string `json:"logGroupName"`
	Identifier string `json:"logGroupIdentifier"`
	Start      *int64 `json:"startTime"` // milliseconds, inclusive
	End        *int64 `json:"endTime"`   // milliseconds, exclusive
}

func (w window) has(e stored) bool {
	at := millis(e.at)
	return (w.Start == nil || at >= *w.Start) && (w.End == nil || at < *w.End)
}

func (s *Service) getLogEvents(_ context.Context, c awsjson.Caller, in struct {
	window
	Stream   string `json:"logStreamName"`
	Limit    *int   `json:"limit"`
	Token    string `json:"nextToken"`
	FromHead bool   `json:"startFromHead"`
},
) (any, error) {
	limit, err := limitOf(in.Limit, 10_000)
	if err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	st, err := s.stream(c, in.Group+in.Identifier, in.Stream)
	if err != nil {
		return nil, err
	}
	all := slices.DeleteFunc(slices.Clone(st.events), func(e stored) bool { return !in.has(e) })
	start, end, err := span(in.Token, len(all), limit, in.FromHead)
	if err != nil {
		return nil, err
	}
	return map[string]any{
		"events":           described(all[start:end]),
		"nextForwardToken": "f/" + strconv.Itoa(end), "nextBackwardToken": "b/" + strconv.Itoa(start),
	}, nil
}

// described are a stream's events as the API has them.
func described(events []stored) []map[string]any {
	list := []map[string]any{}
	for _, e := range events {
		list = append(list, map[string]any{
			"timestamp": millis(e.at), "message": e.message, "ingestionTime": millis(e.ingested),
		})
	}
	return list
}

// span is the part of n events that a token asks for: f/ those from there on, b/ those before.
// Without one it is the first or the last events.
func span(token string, n, limit int, fromHead bool) (start, end int, err error) {
	direction, digits, _ := strings.Cut(token, "/")
	at, err := strconv.Atoi(digits)
	switch {
	case token == "" && fromHead:
		return 0, min(limit, n), nil
	case token == "":
		return max(0, n-limit), n, nil
	case err != nil || at < 0 || at > n || direction != "f" && direction != "b":
		return 0, 0, invalid("The specified nextToken is invalid.")
	case direction == "f":
		return at, min(at+limit, n), nil
	default:
		return max(0, at-limit), at, nil
	}
}

func (s *Service) filterLogEvents(_ context.Context, c awsjson.Caller, in struct {
	page
	window
	Streams []string `json:"logStreamNames"`
	Prefix  string   `json:"logStreamNamePrefix"`
	Pattern string   `json:"filterPattern"`
},
) (any, error) {
	matches, err := pattern(in.Pattern)
	if err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	g, err := s.group(c, in.Group+in.Identifier)
	if err != nil {
		return nil, err
	}
	all := g.search(func(stream string) bool {
		return (len(in.Streams) == 0 || slices.Contains(in.Streams, stream)) && strings.HasPrefix(stream, in.Prefix)
	}, func(e stored) bool { return in.has(e) && matches(e.message) })
	all, next, err := cut(in.page, 10_000, all)
	return map[string]any{"events": describedFound(all), "searchedLogStreams": []any{}, "nextToken": next}, err
}

// A found event is one of a group's streams.
type found struct {
	stored
	stream string
}

// search returns the wanted events of the wanted streams, oldest first.
func (g *group) search(isStream func(name string) bool, isEvent func(stored) bool) []found {
	var all []found
	for _, name := range slices.Sorted(maps.Keys(g.streams)) {
		if !isStream(name) {
			continue
		}
		for _, e := range g.streams[name].events {
			if isEvent(e) {
				all = append(all, found{e, name})
			}
		}
	}
	slices.SortStableFunc(all, func(a, b found) int { return cmp.Or(a.at.Compare(b.at), cmp.Compare(a.id, b.id)) })
	return all
}

// describedFound are a group's events as the API has them.
func describedFound(all []found) []map[string]any {
	list := []map[string]any{}
	for _, e := range all {
		list = append(list, map[string]any{
			"logStreamName": e.stream, "timestamp": millis(e.at), "message": e.message,
			"ingestionTime": millis(e.ingested), "eventId": fmt.Sprintf("%056d", e.id),
		})
	}
	return list
}

// pattern returns what tells the messages that a filter pattern of terms means: all terms must be there.
func pattern(text string) (func(string) bool, error) {
	text = strings.TrimSpace(text)
	if strings.HasPrefix(text, "{") || strings.HasPrefix(text, "[") || strings.ContainsAny(text, "?%") {
		return nil, invalid("the stand-in for CloudWatch Logs has filter patterns of terms only, got %s", text)
	}
	var terms []string
	for text != "" {
		if quoted, ok := strings.CutPrefix(text, `"`); ok {
			term, rest, ok := strings.Cut(quoted, `"`)
			if !ok {
				return nil, invalid("Invalid filter pattern")
			}
			terms, text = append(terms, term), strings.TrimSpace(rest)
			continue
		}
		term, rest, _ := strings.Cut(text, " ")
		terms, text = append(terms, term), strings.TrimSpace(rest)
	}
	return func(message string) bool {
		for _, term := range terms {
			without, negated := strings.CutPrefix(term, "-")
			if strings.Contains(message, without) == negated {
				return false
			}
		}
		return true
	}, nil
}
