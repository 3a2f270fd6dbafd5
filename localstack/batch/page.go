package batch

import (
	"encoding/base64"
	"strconv"
	"strings"
)

// A page is what a caller asks of a listing.
type page struct {
	MaxResults *int    `json:"maxResults"`
	NextToken  *string `json:"nextToken"`
}

// cut returns the asked page of items, which come in descending order of key,
// with at most limit items, and the next token, which is nil on the last page.
// A token names the last key given out, so new items at the front do not move it, and the list, to which alone it
// belongs.
func cut[T any](p page, list string, limit int, items []T, key func(T) int64) ([]T, *string, error) {
	if p.MaxResults != nil {
		if *p.MaxResults < 1 {
			return nil, nil, refused("maxResults %d is not positive", *p.MaxResults)
		}
		limit = min(limit, *p.MaxResults)
	}
	if p.NextToken != nil && *p.NextToken != "" {
		after, err := parseToken(list, *p.NextToken)
		if err != nil {
			return nil, nil, refused("nextToken is invalid")
		}
		for len(items) > 0 && key(items[0]) >= after {
			items = items[1:]
		}
	}
	if len(items) <= limit {
		return items, nil, nil
	}
	token := base64.RawURLEncoding.EncodeToString([]byte(list + separator + strconv.FormatInt(key(items[limit-1]), 10)))
	return items[:limit], &token, nil
}

// separator stands in a token between the list and the key.
const separator = " after "

func parseToken(list, token string) (int64, error) {
	text, err := base64.RawURLEncoding.DecodeString(token)
	key, ok := strings.CutPrefix(string(text), list+separator)
	if err != nil || !ok {
		return 0, strconv.ErrSyntax
	}
	return strconv.ParseInt(key, 10, 64)
}

// numbered gives items keys for [cut] by their place, first highest.
type numbered[T any] struct {
	item T
	key  int64
}

// cutAll is [cut] for items without a key of their own, which keep their places.
func cutAll[T any](p page, list string, items []T) ([]T, *string, error) {
	all := make([]numbered[T], len(items))
	for i, item := range items {
		all[i] = numbered[T]{item, int64(-i)}
	}
	part, token, err := cut(p, list, 100, all, func(n numbered[T]) int64 { return n.key })
	out := make([]T, len(part))
	for i, n := range part {
		out[i] = n.item
	}
	return out, token, err
}
