package main

import (
	"context"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"sync"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/rogpeppe/go-internal/testscript"
)

// A sparing registry has every image, all the same, and answers for so many of them. Requests for others it keeps
// waiting.
type sparing struct {
	mu       sync.Mutex
	most     int
	answered map[string]bool // by path
}

// sparingKey is where a script keeps its sparing registry.
type sparingKey struct{}

func (s *sparing) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if !s.answers(r.URL.Path) {
		<-r.Context().Done()
		return
	}
	w.Header().Set("Docker-Content-Digest", "sha256:"+strings.Repeat("1", 64))
}

// answers reports whether it answers for an image, again if it has before: the answer may have come too late.
func (s *sparing) answers(path string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if strings.Contains(path, "/manifests/") && len(s.answered) < s.most {
		s.answered[path] = true
	}
	return s.answered[path] || !strings.Contains(path, "/manifests/")
}

func (s *sparing) answer(n int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.most, s.answered = n, map[string]bool{}
}

// answers says for how many images the sparing registry answers from now on: answers N.
func answers(ts *testscript.TestScript, _ bool, args []string) {
	n, err := strconv.Atoi(args[0])
	ts.Check(err)
	ts.Value(sparingKey{}).(*sparing).answer(n)
}

// items puts entries into the table, from SOURCE-1:1 to DESTINATION-1:1 and so on: items N SOURCE DESTINATION.
func items(ts *testscript.TestScript, _ bool, args []string) {
	n, err := strconv.Atoi(args[0])
	ts.Check(err)
	api := dynamodb.NewFromConfig(worldOf(ts))
	for i := range n {
		_, err := api.PutItem(context.Background(), &dynamodb.PutItemInput{
			TableName: aws.String("mirror"),
			Item: map[string]types.AttributeValue{
				"Source":      &types.AttributeValueMemberS{Value: fmt.Sprintf("%s-%d:1", args[1], i)},
				"Destination": &types.AttributeValueMemberS{Value: fmt.Sprintf("%s-%d:1", args[2], i)},
			},
		})
		ts.Check(err)
	}
}
