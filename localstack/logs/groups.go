package logs

import (
	"context"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"ecrmirror/localstack/awsjson"
)

var (
	groupName  = regexp.MustCompile(`^[.\-_/#A-Za-z0-9]{1,512}$`)
	streamName = regexp.MustCompile(`^[^:*]{1,512}$`)
)

// retentions are the days that may be given.
var retentions = []int{
	1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
}

// keyOf is the place of a group that a caller names, or gives the ARN of.
func keyOf(c awsjson.Caller, nameOrARN string) key {
	name, ok := strings.CutPrefix(nameOrARN, c.ARN("logs", "log-group:"))
	if ok {
		name = strings.TrimSuffix(name, ":*")
	}
	return key{c.Account, c.Region, name}
}

func (s *Service) createLogGroup(_ context.Context, c awsjson.Caller, in struct {
	Name string `json:"logGroupName"`
},
) (any, error) {
	if !groupName.MatchString(in.Name) {
		return nil, invalid("1 validation error detected: Value '%s' at 'logGroupName' failed to satisfy constraint: "+
			"Member must satisfy regular expression pattern: [\\.\\-_/#A-Za-z0-9]+", in.Name)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, exists := s.groups[keyOf(c, in.Name)]; exists {
		return nil, awsjson.Errorf("ResourceAlreadyExistsException", "The specified log group already exists")
	}
	s.newGroup(c, in.Name)
	return struct{}{}, nil
}

// newGroup adds a group. The lock must be held.
func (s *Service) newGroup(c awsjson.Caller, name string) *group {
	g := &group{arn: c.ARN("logs", "log-group:"+name), created: s.opts.Now(), streams: map[string]*stream{}}
	s.groups[keyOf(c, name)] = g
	return g
}

func (s *Service) deleteLogGroup(_ context.Context, c awsjson.Caller, in struct {
	Name string `json:"logGroupName"`
},
) (any, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, err := s.group(c, in.Name); err != nil {
		return nil, err
	}
	delete(s.groups, keyOf(c, in.Name))
	return struct{}{}, nil
}

func (s *Service) putRetentionPolicy(_ context.Context, c awsjson.Caller, in struct {
	Name string `json:"logGroupName"`
	Days int    `json:"retentionInDays"`
},
) (any, error) {
	if !slices.Contains(retentions, in.Days) {
		return nil, invalid("1 validation error detected: Value '%d' at 'retentionInDays' failed to satisfy "+
			"constraint: Member must satisfy enum value set: %v", in.Days, retentions)
	}
	return s.retain(c, in.Name, in.Days)
}

func (s *Service) deleteRetentionPolicy(_ context.Context, c awsjson.Caller, in struct {
	Name string `json:"logGroupName"`
},
) (any, error) {
	return s.retain(c, in.Name, 0)
}

func (s *Service) retain(c awsjson.Caller, name string, days int) (any, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	g, err := s.group(c, name)
	if err != nil {
		return nil, err
	}
	g.retention = days
	return struct{}{}, nil
}

func (s *Service) createLogStream(_ context.Context, c awsjson.Caller, in struct {
	Group  string `json:"logGroupName"`
	Stream string `json:"logStreamName"`
},
) (any, error) {
	if !streamName.MatchString(in.Stream) {
		return nil, invalid("1 validation error detected: Value '%s' at 'logStreamName' failed to satisfy "+
			"constraint: Member must satisfy regular expression pattern: [^:*]*", in.Stream)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	g, err := s.group(c, in.Group)
	if err != nil {
		return nil, err
	}
	if _, exists := g.streams[in.Stream]; exists {
		return nil, awsjson.Errorf("ResourceAlreadyExistsException", "The specified log stream already exists")
	}
	g.streams[in.Stream] = &stream{created: s.opts.Now()}
	return struct{}{}, nil
}

// page are the members of requests for lists.
type page struct {
	Limit *int   `json:"limit"`
	Token string `json:"nextToken"`
}

// cut returns the items of a page of at most most items, and the token of the next page or nil.
func cut[T any](p page, most int, all []T) ([]T, *string, error) {
	limit, err := limitOf(p.Limit, most)
	if err != nil {
		return nil, nil, err
	}
	start := 0
	if p.Token != "" {
		if start, err = strconv.Atoi(p.Token); err != nil || start < 0 || start > len(all) {
			return nil, nil, invalid("The specified nextToken is invalid.")
		}
	}
	end := min(start+limit, len(all))
	if end == len(all) {
		return all[start:], nil, nil
	}
	next := strconv.Itoa(end)
	return all[start:end], &next, nil
}

// limitOf is how many items a request wants: most if it does not say.
func limitOf(limit *int, most int) (int, error) {
	if limit == nil {
		return most, nil
	}
	if *limit < 1 || *limit > most {
		return 0, invalid("limit %d is not between 1 and %d", *limit, most)
	}
	return *limit, nil
}

func (s *Service) describeLogGroups(_ context.Context, c awsjson.Caller, in struct {
	page
	Prefix  string `json:"logGroupNamePrefix"`
	Pattern string `json:"logGroupNamePattern"`
},
) (any, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	list := []map[string]any{}
	for _, k := range slices.SortedFunc(maps.Keys(s.groups),
		func(a, b key) int { return strings.Compare(a.name, b.name) }) {
		if k.account != c.Account || k.region != c.Region || !strings.HasPrefix(k.name, in.Prefix) ||
			!strings.Contains(k.name, in.Pattern) {
			continue
		}
		g := s.groups[k]
		d := map[string]any{
			"logGroupName": k.name, "arn": g.arn + ":*", "logGroupArn": g.arn, "creationTime": millis(g.created),
			"logGroupClass": "STANDARD",
		}
		if g.retention > 0 {
			d["retentionInDays"] = g.retention
		}
		list = append(list, d)
	}
	list, next, err := cut(in.page, 50, list)
	return map[string]any{"logGroups": list, "nextToken": next}, err
}

func (s *Service) describeLogStreams(_ context.Context, c awsjson.Caller, in struct {
	page
	Group      string `json:"logGroupName"`
	Identifier string `json:"logGroupIdentifier"`
	Prefix     string `json:"logStreamNamePrefix"`
	OrderBy    string `json:"orderBy"`
	Descending bool   `json:"descending"`
},
) (any, error) {
	if in.OrderBy == "LastEventTime" && in.Prefix != "" {
		return nil, invalid("Cannot order by LastEventTime with a logStreamNamePrefix.")
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	g, err := s.group(c, in.Group+in.Identifier)
	if err != nil {
		return nil, err
	}
	list := []map[string]any{}
	for _, name := range g.streamNames(in.OrderBy, in.Descending) {
		if strings.HasPrefix(name, in.Prefix) {
			list = append(list, g.describedStream(name))
		}
	}
	list, next, err := cut(in.page, 50, list)
	return map[string]any{"logStreams": list, "nextToken": next}, err
}

// streamNames are the names of the streams in the order of the names, or by their last events.
func (g *group) streamNames(orderBy string, descending bool) []string {
	names := slices.Sorted(maps.Keys(g.streams))
	if orderBy == "LastEventTime" {
		slices.SortStableFunc(names, func(a, b string) int { return g.streams[a].last().Compare(g.streams[b].last()) })
	}
	if descending {
		slices.Reverse(names)
	}
	return names
}

// describedStream is a stream as the API has it.
func (g *group) describedStream(name string) map[string]any {
	st := g.streams[name]
	d := map[string]any{
		"logStreamName": name, "arn": g.arn + ":log-stream:" + name, "creationTime": millis(st.created),
		"storedBytes": 0,
	}
	if len(st.events) > 0 {
		d["firstEventTimestamp"], d["lastEventTimestamp"] = millis(st.events[0].at), millis(st.last())
		d["lastIngestionTime"] = millis(st.ingested)
	}
	return d
}
