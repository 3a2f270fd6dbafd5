package batch

import (
	"context"
	"encoding/json"
	"maps"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"unicode/utf8"

	"ecrmirror/localstack/awsjson"
)

// tagsPath is where the tags of a resource are, whose ARN comes after it.
const tagsPath = PathPrefix + "tags/"

// tagOperations are the operations there, by HTTP method.
var tagOperations = map[string]string{
	http.MethodGet: "ListTagsForResource", http.MethodPost: "TagResource", http.MethodDelete: "UntagResource",
}

// tagsLimit is how many tags a job, and an ECS task, may have.
const tagsLimit = 50

// tagText is what the keys and values of tags may be made of: letters, digits, spaces
// and some signs of any script.
var tagText = regexp.MustCompile(`^[\p{L}\p{Z}\p{N}_.:/=+\-@]*$`)

func checkTags(tags map[string]string) error {
	if len(tags) > tagsLimit {
		return refused("at most %d tags may be given, got %d", tagsLimit, len(tags))
	}
	for key, value := range tags {
		switch {
		case key == "" || utf8.RuneCountInString(key) > 128 || utf8.RuneCountInString(value) > 256:
			return refused("tag %q: a key has 1 to 128 characters, a value at most 256", key)
		case strings.HasPrefix(strings.ToLower(key), "aws:"):
			return refused("tag %q: aws: is reserved", key)
		case !tagText.MatchString(key) || !tagText.MatchString(value):
			return refused("tag %q: keys and values have letters, digits, spaces and _ . : / = + - @ only", key)
		}
	}
	return nil
}

// taskTags is how many tags a task gets that has both the definition's and the job's.
func taskTags(definition, job map[string]string) int {
	n := len(definition)
	for key := range job {
		if _, both := definition[key]; !both {
			n++
		}
	}
	return n
}

// tagOperation answers one of the operations on tags, which are asked for by path and query.
func (s *Service) tagOperation(name string, from *url.URL) awsjson.Operation {
	arn := strings.TrimPrefix(from.Path, tagsPath)
	return func(_ context.Context, c awsjson.Caller, body []byte) (any, error) {
		var in struct {
			Tags map[string]string `json:"tags"`
		}
		if err := json.Unmarshal(body, &in); err != nil && len(body) > 0 {
			return nil, awsjson.Errorf("SerializationException", "%v", err)
		}
		s.mu.Lock()
		defer s.mu.Unlock()
		tags := s.tagsOf(c, arn)
		if tags == nil {
			return nil, refused("resource %s not found", arn)
		}
		changed := maps.Clone(*tags)
		if changed == nil {
			changed = map[string]string{}
		}
		switch keys := from.Query()["tagKeys"]; {
		case name == "ListTagsForResource":
			return map[string]any{"tags": changed}, nil
		case name == "TagResource" && len(in.Tags) == 0, name == "UntagResource" && len(keys) == 0:
			return nil, refused("tags or tagKeys must be provided")
		case name == "UntagResource":
			for _, key := range keys {
				delete(changed, key)
			}
		default:
			maps.Copy(changed, in.Tags)
		}
		if err := checkTags(changed); err != nil {
			return nil, err
		}
		*tags = changed
		return struct{}{}, nil
	}
}

// tagsOf returns where the tags are of the caller's resource of an ARN; nil if there is none.
// They are replaced, never changed. The lock must be held.
func (s *Service) tagsOf(c awsjson.Caller, arn string) *map[string]string {
	w := s.world(c)
	if e := w.environments[localName(c, "compute-environment", arn)]; e != nil && e.ARN == arn {
		return &e.Tags
	}
	if q := w.queues[localName(c, "job-queue", arn)]; q != nil && q.ARN == arn {
		return &q.Tags
	}
	if j, ok := s.job(c, localName(c, "job", arn)); ok && j.arn == arn {
		return &j.tags
	}
	if d, err := s.definition(c, arn); err == nil && d.ARN == arn {
		return &d.Tags
	}
	return nil
}
