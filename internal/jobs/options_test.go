package jobs_test

import (
	"errors"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/batch"
	"github.com/aws/aws-sdk-go-v2/service/batch/types"

	"ecrmirror/internal/jobs"
	"ecrmirror/internal/request"
	"ecrmirror/testkit/fault"
)

// Commands of mirror jobs' definitions, before there were options and since.
var (
	without = []string{"mirror", "Ref::source", "Ref::dest"}
	taking  = []string{"mirror", "--options", "Ref::options", "Ref::source", "Ref::dest"}
)

// define registers a revision of the definition for each command, the newest last, and returns their ARNs.
func define(t *testing.T, s localstack, name string, commands ...[]string) (arns []string) {
	t.Helper()
	client := batch.NewFromConfig(s.Config())
	for _, command := range commands {
		var defaults map[string]string
		if slices.Contains(command, "Ref::options") {
			defaults = map[string]string{"options": "{}"}
		}
		out, err := client.RegisterJobDefinition(t.Context(), &batch.RegisterJobDefinitionInput{
			JobDefinitionName: &name, Type: types.JobDefinitionTypeContainer,
			ContainerProperties: &types.ContainerProperties{
				Image: aws.String("mirror"), Command: command,
				ResourceRequirements: []types.ResourceRequirement{
					{Type: types.ResourceTypeVcpu, Value: aws.String("1")},
					{Type: types.ResourceTypeMemory, Value: aws.String("2048")},
				},
			},
			Parameters: defaults,
		})
		if err != nil {
			t.Fatal(err)
		}
		arns = append(arns, aws.ToString(out.JobDefinitionArn))
	}
	return arns
}

// deleting returns requests that are no plain copies.
func deleting(destinations ...string) (list []request.Request) {
	for _, destination := range destinations {
		r := alpine(destination)
		r.Options.Kind = request.Delete
		list = append(list, r)
	}
	return list
}

func using(s localstack, definition string) *jobs.Queue {
	return jobs.New(batch.NewFromConfig(s.Config()), "mirror", definition).Settle(time.Millisecond)
}

func TestOptionsGoToADefinitionThatTakesThem(t *testing.T) {
	s := start(t, lasting)
	const word = "--options=Ref::options" // within a word it is no reference
	for _, c := range []struct {
		name     string
		commands [][]string // of the revisions
		gone     []int      // revisions that are INACTIVE
		asked    string     // what the queue has of the definition: NAME or ARN, with or without a revision
		took     int        // revision by which the job is submitted; 0 = none
		because  string     // the error, where it is none
	}{
		{"takes", [][]string{taking}, nil, "takes", 1, ""},
		{"new", [][]string{without, taking}, nil, "new", 2, ""},
		{"old", [][]string{without}, nil, "old", 0, "old:1 takes no options, and this needs {\"kind\":\"delete\"}: deploy"},
		{"back", [][]string{taking, without}, nil, "back", 0, "back:2 takes no options"},
		{"withdrawn", [][]string{taking, without}, []int{2}, "withdrawn", 1, ""},
		{"word", [][]string{{"mirror", word, "Ref::source"}}, nil, "word", 0, "word:1 takes no options"},
		{"pinned", [][]string{taking, without}, nil, "pinned:1", 1, ""},
		{"pinned-old", [][]string{without, taking}, nil, "pinned-old:1", 0, "pinned-old:1 takes no options"},
		{"arn", [][]string{without, taking}, nil, "ARN", 2, ""},
		{"arn-pinned", [][]string{taking, taking}, nil, "ARN:1", 1, ""},
		{"gone", [][]string{taking}, []int{1}, "gone", 0, "no active revision of it exists"},
		{"gone-pinned", [][]string{taking, taking}, []int{1}, "gone-pinned:1", 0, "no active revision of it exists"},
		{"none", nil, nil, "none", 0, `job definition "none"): no active revision of it exists`},
	} {
		t.Run(c.name, func(t *testing.T) {
			arns := define(t, s, c.name, c.commands...)
			for _, revision := range c.gone {
				if _, err := batch.NewFromConfig(s.Config()).DeregisterJobDefinition(t.Context(),
					&batch.DeregisterJobDefinitionInput{JobDefinition: &arns[revision-1]}); err != nil {
					t.Fatal(err)
				}
			}
			if revision, is := strings.CutPrefix(c.asked, "ARN"); is {
				c.asked = strings.TrimSuffix(arns[0], ":1") + revision
			}
			r := deleting("r/" + c.name + ":1")[0]
			result := submit(t, using(s, c.asked), r)[0]
			got := named(t, s, r)
			if c.took == 0 {
				if result.Err == nil || !strings.Contains(result.Err.Error(), c.because) || len(got) != 0 {
					t.Errorf("%d jobs, %v, want %s", len(got), result.Err, c.because)
				}
				return
			}
			if result.Err != nil || len(got) != 1 || aws.ToString(got[0].JobDefinition) != arns[c.took-1] ||
				got[0].Parameters["options"] != `{"kind":"delete"}` {
				t.Errorf("%+v, %+v", result, got)
			}
		})
	}
}

func TestARequestThatFindsNoOptionsSaysWhatToDo(t *testing.T) {
	s := start(t, lasting)
	arns := define(t, s, "old", without)
	results := submit(t, using(s, "old"), append(deleting("r/a:1"), alpine("r/b:1"))...)
	var none *jobs.NoOptionsError
	if !errors.As(results[0].Err, &none) || none.Definition != arns[0] || none.Transient() {
		t.Errorf("%+v", results[0])
	}
	if text := "job definition " + arns[0] + " takes no options, and this needs {\"kind\":\"delete\"}: deploy the job " +
		"definition and the image of this version, whose command has --options Ref::options"; results[0].Err == nil ||
		results[0].Err.Error() != text {
		t.Errorf("%v, want %s", results[0].Err, text)
	}
	// A plain copy works with the old definition as it did, by its name.
	got := named(t, s, alpine("r/b:1"))
	want := map[string]string{"source": "docker.io/library/alpine:3", "dest": "r/b:1"}
	if len(got) != 1 || results[1].Err != nil || aws.ToString(got[0].JobDefinition) != arns[0] ||
		!maps.Equal(got[0].Parameters, want) {
		t.Errorf("%+v, %+v", results[1], got)
	}
}

// TestTheDefinitionIsLookedAtOnce, and only where it matters.
func TestTheDefinitionIsLookedAtOnce(t *testing.T) {
	s := start(t, lasting)
	define(t, s, "taking", taking)
	for _, c := range []struct {
		name     string
		requests []request.Request
		again    int // how often they are submitted
		looks    int64
	}{
		{"plain copies", []request.Request{alpine("r/a:1"), alpine("r/a:2")}, 2, 0},
		{"options", deleting("r/b:1", "r/b:2", "r/b:3"), 1, 1},
		{"both, twice", append(deleting("r/c:1", "r/c:2"), alpine("r/c:1")), 2, 1},
		{"in flight already", deleting("r/b:1", "r/b:2"), 1, 0},
	} {
		q := using(s, "taking")
		s.Stats().Reset()
		for range c.again {
			for _, result := range submit(t, q, c.requests...) {
				if result.Err != nil {
					t.Errorf("%s: %v", c.name, result.Err)
				}
			}
		}
		if n := s.Stats().Snapshot().Calls["batch.DescribeJobDefinitions"]; n != c.looks {
			t.Errorf("%s: %d looks, want %d", c.name, n, c.looks)
		}
	}
}

func TestALookThatIsOldIsTakenAgain(t *testing.T) {
	s := start(t, lasting)
	define(t, s, "moving", without)
	q := using(s, "moving").Forget()
	if result := submit(t, q, deleting("r/a:1")...)[0]; result.Err == nil {
		t.Errorf("%+v", result)
	}
	define(t, s, "moving", taking)
	if result := submit(t, q, deleting("r/a:1")...)[0]; result.Err != nil {
		t.Errorf("%+v", result)
	}
}

// TestALookThatFailsFailsItsRequestsAlone, with one call for all of them; a later submission looks again.
func TestALookThatFailsFailsItsRequestsAlone(t *testing.T) {
	s := start(t, lasting)
	define(t, s, "taking", taking)
	q := using(s, "taking")
	broken(t, s, fault.Rule{
		Operation: "batch.DescribeJobDefinitions", Kind: fault.Throttle, Code: "AccessDeniedException", Times: 1,
	})
	results := submit(t, q, append(deleting("r/a:1", "r/a:2"), alpine("r/b:1"))...)
	var failure *jobs.Error
	for _, result := range results[:2] {
		if !errors.As(result.Err, &failure) || failure.Doing != "looking whether the job definition takes options" {
			t.Errorf("%+v", result)
		}
	}
	if results[2].Err != nil || len(results[2].Submitted) != 1 {
		t.Errorf("%+v", results[2])
	}
	for _, result := range submit(t, q.Forget(), deleting("r/a:1", "r/a:2")...) {
		if result.Err != nil {
			t.Errorf("again: %+v", result)
		}
	}
}

// TestAJobWithOtherOptionsIsAnotherJob: neither is taken for the other in flight.
func TestAJobWithOtherOptionsIsAnotherJob(t *testing.T) {
	s := start(t, lasting)
	define(t, s, "taking", taking)
	q := using(s, "taking")
	submit(t, q, alpine("r/a:1", "r/b:1"))
	for n, want := range []int{1, 0} { // the second time it is in flight, alone or among others
		result := submit(t, q, deleting("r/a:1")...)[0]
		if len(result.Submitted) != want || len(result.InFlight) != 1-want || result.Err != nil {
			t.Errorf("%d: %+v", n, result)
		}
	}
	both := alpine("r/a:1", "r/c:1")
	both.Options.Kind = request.Delete
	result := submit(t, q, both)[0]
	if !slices.Equal(result.InFlight, []string{"r/a:1"}) || len(result.Submitted) != 1 || result.Err != nil {
		t.Errorf("%+v", result)
	}
	if result := submit(t, q, alpine("r/a:1"))[0]; len(result.InFlight) != 1 || len(result.Submitted) != 0 {
		t.Errorf("the plain copy: %+v", result)
	}
}

// TestADefinitionMayBeWrittenInTwoWays: the stand-in has one of them.
func TestADefinitionMayBeWrittenInTwoWays(t *testing.T) {
	single := func(command []string) types.JobDefinition {
		return types.JobDefinition{ContainerProperties: &types.ContainerProperties{Command: command}}
	}
	tasks := func(commands ...[]string) types.JobDefinition {
		var containers []types.TaskContainerProperties
		for _, command := range commands {
			containers = append(containers, types.TaskContainerProperties{Command: command})
		}
		return types.JobDefinition{EcsProperties: &types.EcsProperties{
			TaskProperties: []types.EcsTaskProperties{{Containers: containers}},
		}}
	}
	for _, c := range []struct {
		name string
		d    types.JobDefinition
		want bool
	}{
		{"one container", single(taking), true},
		{"one container, an old one", single(without), false},
		{"containers of a task", tasks([]string{"log"}, taking), true},
		{"containers of a task, old ones", tasks([]string{"log"}, without), false},
		{"no container", types.JobDefinition{}, false},
	} {
		if got := jobs.TakesOptions(c.d); got != c.want {
			t.Errorf("%s: %v", c.name, got)
		}
	}
}
