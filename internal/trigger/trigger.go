// Package trigger reads events as Amazon EventBridge sends them, and says what each one asks
// for: that what was pushed to Amazon ECR is mirrored, a sweep, or nothing.
package trigger

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/aws/aws-lambda-go/events"

	"ecrmirror/internal/imagename"
)

// Kind says what an event asks for.
type Kind int

// The kinds of event.
const (
	Ignored  Kind = iota + 1 // nothing
	Push                     // a tag was pushed to Amazon ECR
	Schedule                 // it is time for a sweep
)

// An Event is what is to be known of an event. [Parse] makes it.
type Event struct {
	Kind   Kind
	ID     string // by which EventBridge tells events apart; a repetition has the same
	Time   time.Time
	Reason string // of kind Ignored only: why there is nothing to do

	// Of kind Push, and as far as they are known of kind Ignored. Of kind Push, registry, repository
	// and tag make an image name.
	Registry   imagename.ECRRegistry
	Repository string
	Tag        string
	// Digest is what the tag was when it was pushed, as the event has it. It may have moved since.
	Digest string
}

// What the events in question say of themselves.
const (
	ecrSource       = "aws.ecr"
	imageAction     = "ECR Image Action"
	scheduledEvent  = "Scheduled Event"
	rulesSource     = "aws.events"    // a rule of EventBridge with a schedule
	schedulerSource = "aws.scheduler" // EventBridge Scheduler
)

// Parse reads an event: the JSON object that EventBridge hands to a rule's target where the rule
// does not transform its input. Its error says what of it is malformed; an event that is well
// formed and asks for nothing here is of kind [Ignored].
func Parse(payload []byte) (Event, error) {
	e, err := parse(payload)
	if err != nil {
		return Event{}, fmt.Errorf("malformed event: %w", err)
	}
	return e, nil
}

func parse(payload []byte) (Event, error) {
	var envelope events.EventBridgeEvent
	if err := json.Unmarshal(payload, &envelope); err != nil {
		return Event{}, err
	}
	switch "" {
	case envelope.Source:
		return Event{}, missing("source")
	case envelope.DetailType:
		return Event{}, missing("detail-type")
	}
	e := Event{Kind: Ignored, ID: envelope.ID, Time: envelope.Time}
	switch source, detail := envelope.Source, envelope.DetailType; {
	case source == ecrSource && detail == imageAction:
		return e, e.readAction(payload)
	case detail == scheduledEvent && (source == rulesSource || source == schedulerSource):
		e.Kind = Schedule
	default:
		e.Reason = fmt.Sprintf("%q from %q is not an event that asks for something", detail, source)
	}
	return e, nil
}

// readAction reads what is particular to an event of ECR's about an image.
func (e *Event) readAction(payload []byte) error {
	var action events.ECRImageActionEvent
	if err := json.Unmarshal(payload, &action); err != nil {
		return err
	}
	detail := action.Detail
	e.Registry = imagename.ECRRegistry{
		Account: action.Account, Region: action.Region, Partition: imagename.Partition(action.Region),
	}
	e.Repository, e.Tag, e.Digest = detail.RepositoryName, detail.ImageTag, detail.ImageDigest
	switch "" {
	case detail.ActionType:
		return missing("detail.action-type")
	case detail.Result:
		return missing("detail.result")
	}
	switch {
	case detail.ActionType != "PUSH":
		e.Reason = fmt.Sprintf("the action is %q, not a push", detail.ActionType)
	case detail.Result != "SUCCESS":
		e.Reason = fmt.Sprintf("the push came to %q, not to success", detail.Result)
	case detail.ImageTag == "":
		e.Reason = "the push has no tag"
	default:
		e.Kind = Push
		return e.check()
	}
	return nil
}

// check returns what is wrong with an event about a push.
func (e *Event) check() error {
	switch "" {
	case e.Registry.Account:
		return missing("account")
	case e.Registry.Region:
		return missing("region")
	case e.Repository:
		return missing("detail.repository-name")
	}
	name, err := imagename.ParseImage(e.Registry.Host() + "/" + e.Repository + ":" + e.Tag)
	if err != nil {
		return err
	}
	if name.ECR != e.Registry || name.Repository != e.Repository || name.Tag != e.Tag || name.Digest != "" {
		return fmt.Errorf("repository %q with tag %q does not make an image name", e.Repository, e.Tag)
	}
	return nil
}

func missing(member string) error {
	return fmt.Errorf("no %q; it has to come as EventBridge sends it, not transformed", member)
}
