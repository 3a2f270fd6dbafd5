package ecr

import (
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"strconv"

	"ecrmirror/localstack/awsjson"
)

// listTags lists the repository's tags as ECR's registries do: 100 unless the request says otherwise, and 1,000 at
// most; more is an error (go-containerregistry#681, renovate#3800; Renovate's tests have the status). The tags come in
// no order that means anything, and where the list goes on is told by an absolute link with a cursor of ECR's own
// (docker_registry2#34). What ECR says to a cursor that is none is not known: it is refused in the same way.
func (r *Registry) listTags(w http.ResponseWriter, req *http.Request, v v2Request) {
	p, err := pageIn(req.URL.Query())
	if err != nil {
		writeV2Error(w, http.StatusBadRequest, "PAGINATION_NUMBER_INVALID", "invalid number of results requested")
		return
	}
	tags, next, err := r.tagsOf(*v.ecr, p)
	if refusal, ok := errors.AsType[*awsjson.Error](err); ok { // in the API's words, with its parameters
		writeV2Error(w, http.StatusMethodNotAllowed, "UNSUPPORTED", refusal.Message)
		return
	}
	if next != "" {
		on := url.Values{"last": {next}, "n": {strconv.Itoa(*p.MaxResults)}}
		w.Header().Set("Link", "<http://"+req.Host+req.URL.Path+"?"+on.Encode()+`>; rel="next"`)
	}
	w.Header().Set("Docker-Distribution-Api-Version", "registry/2.0")
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(map[string]any{"name": v.name, "tags": tags})
}

// pageIn reads which page a query asks for.
func pageIn(query url.Values) (paging, error) {
	n := pageSize
	if query.Has("n") {
		var err error
		if n, err = strconv.Atoi(query.Get("n")); err != nil {
			return paging{}, err
		}
	}
	p := paging{MaxResults: &n}
	if last := query.Get("last"); last != "" {
		p.NextToken = &last
	}
	return p, nil
}

// tagsOf returns a page of the repository's tags, in the order of their images' digests, and the token of the next one.
func (r *Registry) tagsOf(id repositoryID, p paging) (tags []string, next string, err error) {
	if err := p.checkSize(maxPageSize); err != nil {
		return nil, "", err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	all := []imageID{}
	if repo := r.repositories[id]; repo != nil {
		for _, img := range repo.filtered(imageFilter{}, r.opts.Now()) {
			for _, tag := range img.sortedTags() {
				all = append(all, imageID{Digest: img.digest.String(), Tag: tag})
			}
		}
	}
	all, next, err = page(p, "tags/list "+id.String(), pageSize, all,
		func(i imageID) string { return i.Digest + " " + i.Tag })
	tags = make([]string, len(all))
	for i, id := range all {
		tags[i] = id.Tag
	}
	return tags, next, err
}
