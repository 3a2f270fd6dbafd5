package ecr

import (
	"crypto/sha256"
	"errors"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"

	"ecrmirror/internal/listed"
)

// errNoList says that an answer lacks what was asked for. ECR answers with an empty list where there is nothing; the
// SDK takes an answer without any content for one without a list.
var errNoList = errors.New("the answer has no list")

// errLoop says that ECR gives a token that it gave before.
var errLoop = errors.New("the list goes on with a page that it had before")

// mostPages is how many pages a list may have: with 1,000 in each, 100 times ECR's quota on images and repositories.
const mostPages = 10_000

// pages asks for all pages of a list, each with the token that the one before gave. There may be so many.
func pages(most int, ask func(token *string) (next *string, err error)) error {
	seen := map[[sha256.Size]byte]bool{}
	var token *string
	for range most {
		next, err := ask(token)
		if err != nil || aws.ToString(next) == "" {
			return err
		}
		key := sha256.Sum256([]byte(*next))
		if seen[key] {
			return errLoop
		}
		seen[key], token = true, next
	}
	return fmt.Errorf("%w: it has more than %d pages", listed.ErrTooMany, most)
}
