package ecr

import (
	"context"
	"maps"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"
)

const maxTags = 50 // of a repository

// A resourceTag is a tag of a repository; those of images are other things.
type resourceTag struct {
	Key   *string `json:"Key"`
	Value *string `json:"Value"`
}

// tagText are the characters that AWS allows in keys and values.
var tagText = regexp.MustCompile(`^[\p{L}\p{Z}\p{N}_.:/=+\-@]*$`)

// checkTags holds tags to AWS's rules. How many a repository may have is for [repository.tag].
func checkTags(tags []resourceTag) error {
	seen := map[string]bool{}
	for _, t := range tags {
		if t.Key == nil || t.Value == nil {
			return refuse("InvalidTagParameterException", "Tag keys and values must not be null")
		}
		if err := checkTagKey(*t.Key); err != nil {
			return err
		}
		if utf8.RuneCountInString(*t.Value) > 256 || !tagText.MatchString(*t.Value) {
			return refuse("InvalidTagParameterException", "The value of the tag with key '%s' is invalid", *t.Key)
		}
		if seen[*t.Key] {
			return refuse("InvalidTagParameterException", "There is more than one tag with key '%s'", *t.Key)
		}
		seen[*t.Key] = true
	}
	return nil
}

func checkTagKey(key string) error {
	if n := utf8.RuneCountInString(key); n < 1 || n > 128 || !tagText.MatchString(key) ||
		strings.HasPrefix(strings.ToLower(key), "aws:") {
		return refuse("InvalidTagParameterException", "The tag key '%s' is invalid", key)
	}
	return nil
}

// tag adds checked tags, or none of them. Callers hold Registry.mu unless nobody else has the repository.
func (repo *repository) tag(tags []resourceTag) error {
	all := maps.Clone(repo.tagged)
	for _, t := range tags {
		all[*t.Key] = *t.Value
	}
	if len(all) > maxTags {
		return refuse("TooManyTagsException", "The list of tags on the repository is over the limit of %d", maxTags)
	}
	repo.tagged = all
	return nil
}

type resource struct {
	ARN *string `json:"resourceArn"`
}

// repositoryARN matches ARNs of repositories of both kinds; those of ECR Public have no region.
var repositoryARN = regexp.MustCompile(`^arn:aws[a-z-]*:ecr(-public)?:([a-z0-9-]*):([0-9]{12}):repository/(.+)$`)

// find returns the repository that the ARN names, which must be of the caller's
// partition and region. Callers hold r.mu.
func (in resource) find(r *Registry, c call) (*repository, error) {
	arn, err := required("resourceArn", in.ARN)
	if err != nil {
		return nil, err
	}
	m := repositoryARN.FindStringSubmatch(arn)
	if m == nil {
		return nil, invalid("resourceArn", "Invalid ARN")
	}
	id := repositoryID{registryID: registryID{Account: m[3], Region: c.Region}, Name: m[4]}
	if err := id.checkName("resourceArn", id.Name); err != nil {
		return nil, err
	}
	if id.arn() != arn {
		return nil, invalid("resourceArn", "must be of a repository in the region of the request")
	}
	return r.find(id)
}

type listTagsOutput struct {
	Tags []resourceTag `json:"tags"`
}

func (r *Registry) listTagsForResource(_ context.Context, c call, in resource) (out listTagsOutput, err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	repo, err := in.find(r, c)
	if err != nil {
		return out, err
	}
	out.Tags = []resourceTag{}
	for _, key := range slices.Sorted(maps.Keys(repo.tagged)) {
		value := repo.tagged[key]
		out.Tags = append(out.Tags, resourceTag{Key: &key, Value: &value})
	}
	return out, nil
}

type tagInput struct {
	resource
	Tags []resourceTag `json:"tags"`
}

func (r *Registry) tagResource(_ context.Context, c call, in tagInput) (out struct{}, err error) {
	if in.Tags == nil {
		return out, invalid("tags", "must not be null")
	}
	if err := checkTags(in.Tags); err != nil {
		return out, err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	repo, err := in.find(r, c)
	if err != nil {
		return out, err
	}
	return out, repo.tag(in.Tags)
}

type untagInput struct {
	resource
	Keys []string `json:"tagKeys"`
}

// untagResource removes tags, which need not be there.
func (r *Registry) untagResource(_ context.Context, c call, in untagInput) (out struct{}, err error) {
	if in.Keys == nil {
		return out, invalid("tagKeys", "must not be null")
	}
	for _, key := range in.Keys {
		if err := checkTagKey(key); err != nil {
			return out, err
		}
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	repo, err := in.find(r, c)
	if err != nil {
		return out, err
	}
	for _, key := range in.Keys {
		delete(repo.tagged, key)
	}
	return out, nil
}
