package main

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// tableName is the table's name in the deployment.
const tableName = "mirror"

// A writing is a way of writing destinations into the table.
type writing string

const (
	asString   writing = "S"
	asCommas   writing = "S with commas"
	asSet      writing = "SS"
	asList     writing = "L"
	notWritten writing = "missing"
)

// An entry is a row of the table.
type entry struct {
	source       string
	destinations []string
	written      writing
	expires      time.Duration // from now; 0 = never
	current      bool          // the destination has the image from the start
}

// healthy entries are those to be mirrored.
func (e entry) healthy() bool { return e.written != notWritten && e.expires >= 0 }

// stale entries are those to be mirrored that are not there yet.
func (e entry) stale() bool { return e.healthy() && !e.current }

// releases is how many tags of one repository there are; the last is new. The controller asks for
// up to 100 tags of a repository at once, and where one is missing of more than 8, lists what is there.
const releases = 12

func release(n int) string { return fmt.Sprintf("release:%d", n) }

// entries are those that the sweeps find.
func (d *demo) entries() ([]entry, error) {
	list := slices.Concat(d.entriesOfEachWriting(), d.entriesOfReleases())
	if d.extra != "" {
		image, err := copyName(d.extra)
		if err != nil {
			return nil, err
		}
		list = append(list, entry{
			source: d.extra, written: asCommas, destinations: []string{d.home(image), d.abroad(image)},
		})
	}
	return list, nil
}

// entriesOfEachWriting are written in every way that there is; one of them has expired, and one is broken.
func (d *demo) entriesOfEachWriting() []entry {
	return []entry{
		{
			source: d.upstream(toolsImage), written: asSet,
			destinations: []string{d.home(toolsImage), d.abroad(toolsImage), d.partner(toolsImage)},
		},
		{
			source: d.upstream(legacyImage), written: asCommas,
			destinations: []string{d.abroad(legacyImage), d.partner(legacyImage)},
		},
		{
			source: d.upstream(attestedImage), written: asList,
			destinations: []string{d.home(attestedImage), d.foreign(attestedImage)},
		},
		{
			source: d.upstream(singleImage), written: asString, destinations: []string{d.abroad(singleImage)},
			expires: time.Hour,
		},
		{
			source: d.upstream(retiredImage), written: asString, destinations: []string{d.abroad(retiredImage)},
			expires: -time.Second,
		},
		{source: d.upstream("broken:1"), written: notWritten},
	}
}

// entriesOfReleases are those of one repository, of which all but the last are current.
func (d *demo) entriesOfReleases() (list []entry) {
	for n := range releases {
		list = append(list, entry{
			source: d.upstream(release(n + 1)), written: asString, destinations: []string{d.abroad(release(n + 1))},
			current: n+1 < releases,
		})
	}
	return list
}

// item is the entry as DynamoDB has it.
func (e entry) item(now time.Time) map[string]types.AttributeValue {
	item := map[string]types.AttributeValue{"Source": &types.AttributeValueMemberS{Value: e.source}}
	switch e.written {
	case asString, asCommas:
		item["Destination"] = &types.AttributeValueMemberS{Value: strings.Join(e.destinations, ",")}
	case asSet:
		item["Destination"] = &types.AttributeValueMemberSS{Value: e.destinations}
	case asList:
		list := make([]types.AttributeValue, len(e.destinations))
		for i, destination := range e.destinations {
			list[i] = &types.AttributeValueMemberS{Value: destination}
		}
		item["Destination"] = &types.AttributeValueMemberL{Value: list}
	}
	if e.expires != 0 {
		item["Expires"] = &types.AttributeValueMemberN{Value: strconv.FormatInt(now.Add(e.expires).Unix(), 10)}
	}
	return item
}

// rows are the entry in a table, a row for each destination.
func (e entry) rows() [][]string {
	expires := ""
	switch {
	case e.expires > 0:
		expires = "in " + strings.TrimSuffix(e.expires.String(), "0m0s")
	case e.expires < 0:
		expires = (-e.expires).String() + " ago"
	}
	rows := [][]string{{e.source, "", string(e.written), expires}}
	for i, destination := range e.destinations {
		if i > 0 {
			rows = append(rows, make([]string, len(rows[0])))
		}
		rows[i][1] = destination
	}
	return rows
}

// fillTable puts the entries into the table.
func (d *demo) fillTable(ctx context.Context) error {
	d.story.Heading("Write the table of what is to be mirrored where")
	entries, err := d.entries()
	if err != nil {
		return err
	}
	d.story.Say("Destinations are written in every way that there is. One entry has expired, one is broken, and of "+
		"%d tags of one repository "+
		"all but the last are there.", releases)
	return d.put(ctx, entries...)
}

// put puts entries into the table, and shows them.
func (d *demo) put(ctx context.Context, entries ...entry) error {
	d.story.Command("aws", "dynamodb", "put-item", "--table-name", tableName, "--item", "file://entry.json")
	client := dynamodb.NewFromConfig(d.server.Config())
	now := time.Now()
	var rows [][]string
	for _, e := range entries {
		_, err := client.PutItem(ctx, &dynamodb.PutItemInput{TableName: aws.String(tableName), Item: e.item(now)})
		if err != nil {
			return fmt.Errorf("putting the entry %s: %w", e.source, err)
		}
		if !e.current {
			rows = append(rows, e.rows()...)
		}
	}
	d.story.Table([]string{"SOURCE", "DESTINATION", "WRITTEN AS", "EXPIRES"}, rows)
	return nil
}
