package ecr

import (
	"encoding/base64"
	"sort"
	"strconv"
	"strings"
	"time"
)

// paging is how a request asks for one page of a list.
type paging struct {
	NextToken  *string `json:"nextToken"`
	MaxResults *int    `json:"maxResults"`
}

const (
	pageSize    = 100  // results in a page unless the request says otherwise
	maxPageSize = 1000 // that a request may ask for
)

// check holds the request to the model. When it names what it wants, under
// parameter, it must not ask for pages.
func (p paging) check(named bool, parameter string) error {
	switch {
	case named && p.MaxResults != nil:
		return invalid("maxResults", "must not be set together with %s", parameter)
	case named && p.NextToken != nil:
		return invalid("nextToken", "must not be set together with %s", parameter)
	}
	return p.checkSize(maxPageSize)
}

// checkSize holds the size of the page to the model's limit.
func (p paging) checkSize(most int) error {
	switch {
	case p.MaxResults != nil && *p.MaxResults < 1:
		return invalid("maxResults", "Member must have value greater than or equal to 1")
	case p.MaxResults != nil && *p.MaxResults > most:
		return invalid("maxResults", "Member must have value less than or equal to %d", most)
	}
	return nil
}

// page returns the page that p asks for, of items in the order of their keys and of
// most items unless p says otherwise, and the token of the next page, "" after the last. The token is the last key of
// the page, so that a list that changes meanwhile neither repeats nor skips what stays; and it belongs to the list,
// whose operation and repository it names.
func page[T any](p paging, list string, most int, items []T, key func(T) string) ([]T, string, error) {
	if p.NextToken != nil {
		text, err := base64.URLEncoding.DecodeString(*p.NextToken)
		after, ok := strings.CutPrefix(string(text), list+tokenSeparator)
		if err != nil || !ok || after == "" {
			return nil, "", invalid("nextToken", "is not a token that this operation returned for this repository")
		}
		items = items[sort.Search(len(items), func(i int) bool { return key(items[i]) > after }):]
	}
	if p.MaxResults != nil {
		most = *p.MaxResults
	}
	if len(items) <= most {
		return items, "", nil
	}
	items = items[:most]
	return items, base64.URLEncoding.EncodeToString([]byte(list + tokenSeparator + key(items[most-1]))), nil
}

// tokenSeparator stands in a token between the list and the last key, in which it is not.
const tokenSeparator = "\x00"

// An epoch is a time in the protocol's form: seconds since 1970, with a fraction.
type epoch time.Time

// MarshalJSON implements [json.Marshaler].
func (e epoch) MarshalJSON() ([]byte, error) {
	return strconv.AppendFloat(nil, float64(time.Time(e).UnixMilli())/1000, 'f', 3, 64), nil
}

// IsZero tells encoding/json when to omit the time.
func (e epoch) IsZero() bool { return time.Time(e).IsZero() }
