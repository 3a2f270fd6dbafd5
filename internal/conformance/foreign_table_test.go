package conformance

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/batch"
	batchtypes "github.com/aws/aws-sdk-go-v2/service/batch/types"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"ecrmirror/localstack/server"
	"ecrmirror/testkit/servertest"
)

type attributes = map[string]types.AttributeValue

func str(s string) types.AttributeValue { return &types.AttributeValueMemberS{Value: s} }

func member(m attributes) types.AttributeValue { return &types.AttributeValueMemberM{Value: m} }

// A service is the deployed service on localstack, with a table of its own.
type service struct {
	runner
	*server.Server
}

// service starts one, whose jobs run those programs.
func (r runner) service(programs string) service {
	s := servertest.Start(r.t, server.Options{Dir: r.t.TempDir(), Programs: programs, NoEvents: true})
	return service{r.with(s.Environment()...), s}
}

func (s service) put(item attributes) {
	s.t.Helper()
	if _, err := dynamodb.NewFromConfig(s.Config()).PutItem(s.t.Context(),
		&dynamodb.PutItemInput{TableName: aws.String("mirror"), Item: item}); err != nil {
		s.t.Fatal(err)
	}
}

// entry writes an entry that is a good one but for its names.
func (s service) entry(source, destination string) {
	s.t.Helper()
	s.put(attributes{"Source": str(source), "Destination": str(destination)})
}

// lookUps sweeps a table of the images of hostile registries.
func (r runner) lookUps() {
	s := r.service("")
	fields := append(fieldsAt(headManifest, getManifest, getToken), documentFields()...)
	h := newHostileRegistry(r.t, append(fields, goodField))
	var names []string
	for i, f := range fields {
		names = append(names, "look-up, "+f.String())
		r.w.feed(names[i])
		for text := range h.texts {
			s.entry(h.image(asLookedUp, i, text), "127.0.0.1:1/to:t")
			s.entry(fmt.Sprintf("%s%d-%d", h.image(asSource, len(fields), 0), i, text), h.image(asDestination, i, text))
		}
	}
	s.say("of images", names)
}

// items sweeps a table of items that anybody may have written.
func (r runner) items() {
	s := r.service("")
	h := newHostileRegistry(r.t, []registryField{goodField})
	good := h.image(asSource, 0, 0)
	var names []string
	for field, item := range inOrder(itemFields()) {
		names = append(names, "item, "+field)
		r.w.feed(names[len(names)-1])
		for i, text := range h.texts {
			n := len(names)*10 + i
			// DynamoDB takes valid UTF-8.
			whole := item(strings.ToValidUTF8(text.text, ""))
			if whole["Source"] == nil {
				whole["Source"] = str(fmt.Sprintf("%s%d", good, n))
			}
			if whole["Destination"] == nil {
				whole["Destination"] = str(fmt.Sprintf("%s%d", h.image(asDestination, 0, 0), n))
			}
			s.put(whole)
		}
	}
	s.say("of items", names)
}

// itemFields are the places in an item of the table.
func itemFields() map[string]func(text string) attributes {
	fields := map[string]func(text string) attributes{
		"source": func(text string) attributes { return attributes{"Source": str(text[:min(len(text), 2048)])} },
		"source, the end": func(text string) attributes {
			return attributes{"Source": str("127.0.0.1:1/x:" + strings.ToValidUTF8(text[:1900], ""))}
		},
		"unknown attribute": func(text string) attributes { return attributes{"Note": str(text)} },
		"status":            func(text string) attributes { return attributes{"MirrorStatus": str(text)} },
	}
	for name, value := range map[string]func(text string) types.AttributeValue{
		"a text": str,
		"a list": func(text string) types.AttributeValue { return str("127.0.0.1:1/a:1," + text + ",127.0.0.1:1/b:1") },
		"L": func(text string) types.AttributeValue {
			return &types.AttributeValueMemberL{Value: []types.AttributeValue{str(text), str("127.0.0.1:1/b:1")}}
		},
		"SS": func(text string) types.AttributeValue {
			return &types.AttributeValueMemberSS{Value: []string{text, "127.0.0.1:1/b:1"}}
		},
		"many": func(text string) types.AttributeValue {
			return str(strings.Repeat("127.0.0.1:1/"+text[:100]+",", 200))
		},
		"good, many": func(string) types.AttributeValue { return str(manyNames()) },
		"M":          func(text string) types.AttributeValue { return member(attributes{text: str(text)}) },
		"B": func(text string) types.AttributeValue {
			return &types.AttributeValueMemberB{Value: []byte(text)}
		},
		"N": func(string) types.AttributeValue {
			return &types.AttributeValueMemberN{Value: strings.Repeat("9", 38)}
		},
	} {
		fields["destination, "+name] = func(text string) attributes { return attributes{"Destination": value(text)} }
		fields["expiry, "+name] = func(text string) attributes { return attributes{"Expires": value(text)} }
	}
	for _, name := range []string{"checked", "source", "state", "error"} {
		fields["status, "+name] = func(text string) attributes {
			return attributes{"MirrorStatus": member(attributes{name: str(text)})}
		}
	}
	for _, name := range []string{"state", "error", "digest", "behind", "mirrored", "job", "jobs"} {
		fields["status of a destination, "+name] = func(text string) attributes {
			return attributes{"Destination": str("127.0.0.1:1/to:t"), "MirrorStatus": member(attributes{
				"checked":      str("2026-01-01T00:00:00.000Z"),
				"destinations": member(attributes{"127.0.0.1:1/to:t": member(attributes{name: str(text)})}),
			})}
		}
	}
	return fields
}

// manyNames are names that are good, one after another.
func manyNames() string {
	var b strings.Builder
	for i := range 300 {
		fmt.Fprintf(&b, "127.0.0.1:1/%d%s:1,", i, strings.Repeat("x", 200))
	}
	return b.String()
}

// say has the controller say all that it can of the table, as JSON and as text, and
// looks at what the sweep has written and submitted.
func (s service) say(what string, names []string) {
	s.t.Helper()
	said := func(what string, args ...string) { s.run("controller "+what, names, "controller", args...) }
	tell := func() {
		for _, command := range []string{"plan", "status", "list"} {
			said(command+" "+what+" as text", command)
			said(command+" "+what+" as JSON", command, "-o", "json")
		}
		said("status "+what+", summary", "status", "--summary")
		said("status "+what+", summary as JSON", "status", "--summary", "-o", "json")
		said("export "+what, "export")
		said("completion "+what, "__complete", "list", "")
	}
	said("sweep "+what+" as JSON", "sweep", "-v", "--metrics", "on", "--log-format", "json")
	tell()
	said("sweep "+what+" as text", "sweep", "-v", "--metrics", "on", "--log-format", "text")
	s.look(what, names)
}

// look looks at the statuses in the table, and at the jobs.
func (s service) look(what string, names []string) {
	s.t.Helper()
	client := dynamodb.NewFromConfig(s.Config())
	pages := dynamodb.NewScanPaginator(client, &dynamodb.ScanInput{TableName: aws.String("mirror")})
	for pages.HasMorePages() {
		page, err := pages.NextPage(s.t.Context())
		if err != nil {
			s.t.Fatal(err)
		}
		for _, item := range page.Items {
			m, ok := item["MirrorStatus"].(*types.AttributeValueMemberM)
			if ok && m.Value["source"] != nil { // this program has written it
				s.texts("status "+what+" in the table", names, m)
			}
		}
	}
	s.jobs("job "+what, names)
}

// texts looks at each text in a value of the table.
func (s service) texts(what string, names []string, value types.AttributeValue) {
	switch v := value.(type) {
	case *types.AttributeValueMemberS:
		s.w.look(s.t, what, v.Value, names...)
	case *types.AttributeValueMemberM:
		for name, v := range v.Value {
			s.w.look(s.t, what, name, names...)
			s.texts(what, names, v)
		}
	}
}

// jobs looks at what was submitted.
func (s service) jobs(what string, names []string) {
	s.t.Helper()
	client := batch.NewFromConfig(s.Config())
	for _, status := range batchtypes.JobStatus("").Values() {
		jobs, err := client.ListJobs(s.t.Context(), &batch.ListJobsInput{
			JobQueue: aws.String("mirror"), JobStatus: status,
		})
		if err != nil {
			s.t.Fatal(err)
		}
		for _, job := range jobs.JobSummaryList {
			details, err := client.DescribeJobs(s.t.Context(),
				&batch.DescribeJobsInput{Jobs: []string{aws.ToString(job.JobId)}})
			if err != nil {
				s.t.Fatal(err)
			}
			for _, d := range details.Jobs {
				text, err := json.MarshalIndent([]any{d.JobName, d.Parameters, d.Tags}, "", " ")
				if err != nil {
					s.t.Fatal(err)
				}
				s.w.look(s.t, what, strings.ReplaceAll(string(text), ",127.0.0.1:1", ",\n127.0.0.1:1"), names...)
			}
		}
	}
}
