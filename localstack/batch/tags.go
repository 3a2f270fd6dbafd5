package batch

import (
	"context"
	"encoding/json"
	"maps"
	"net/http"
	"net/url"
	"strings"

	"ecrmirror/localstack/awsjson"
)

// tagsPath is where the tags of a resource are, whose ARN comes after it.
const tagsPath = PathPrefix + "tags/"

// tagOperations are the operations there, by HTTP method.
var tagOperations = map[string]string{
	http.MethodGet: "ListTagsForResource", http.MethodPost: "TagResource", http.MethodDelete: "UntagResource",
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
