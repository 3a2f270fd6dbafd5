package ec2

import (
	"context"
	"fmt"
	"net/url"
)

// A Zone is an availability zone. Names differ between accounts, ids do not.
type Zone struct {
	Name string `xml:"zoneName"`
	ID   string `xml:"zoneId"`
}

// Zones returns the region's zones that are available, without local zones.
func (c *Client) Zones(ctx context.Context) ([]Zone, error) {
	var reply struct {
		Zones []Zone `xml:"availabilityZoneInfo>item"`
	}
	err := c.call(ctx, "DescribeAvailabilityZones", filters("zone-type", "availability-zone", "state", "available"),
		&reply)
	return reply.Zones, err
}

// A Subnet is one of a VPC.
type Subnet struct {
	ID     string `xml:"subnetId"`
	VPC    string `xml:"vpcId"`
	Zone   string `xml:"availabilityZone"`
	ZoneID string `xml:"availabilityZoneId"`
}

// Subnets returns subnets by their ids. One that does not exist is an error.
func (c *Client) Subnets(ctx context.Context, ids []string) ([]Subnet, error) {
	parameters := url.Values{}
	for i, id := range ids {
		parameters.Set(fmt.Sprintf("SubnetId.%d", i+1), id)
	}
	var reply struct {
		Subnets []Subnet `xml:"subnetSet>item"`
	}
	err := c.call(ctx, "DescribeSubnets", parameters, &reply)
	return reply.Subnets, err
}

// A RouteTable has the routes of the subnets that it is associated with; the main one has those of all others.
type RouteTable struct {
	ID           string `xml:"routeTableId"`
	Associations []struct {
		Subnet string `xml:"subnetId"`
		Main   bool   `xml:"main"`
	} `xml:"associationSet>item"`
	Routes []Route `xml:"routeSet>item"`
}

// A Route is one of a table.
type Route struct {
	To      string `xml:"destinationCidrBlock"`
	State   string `xml:"state"`
	Gateway string `xml:"gatewayId"`
	NAT     string `xml:"natGatewayId"`
	Transit string `xml:"transitGatewayId"`
	Peer    string `xml:"networkInterfaceId"`
}

// RouteTables returns the route tables of a VPC.
func (c *Client) RouteTables(ctx context.Context, vpc string) ([]RouteTable, error) {
	var reply struct {
		Tables []RouteTable `xml:"routeTableSet>item"`
	}
	err := c.call(ctx, "DescribeRouteTables", filters("vpc-id", vpc), &reply)
	return reply.Tables, err
}

// Endpoints returns the names of the services that a VPC has available endpoints for, such as
// com.amazonaws.us-east-1.ecr.api.
func (c *Client) Endpoints(ctx context.Context, vpc string) ([]string, error) {
	var names []string
	token := ""
	for {
		parameters := filters("vpc-id", vpc, "vpc-endpoint-state", "available")
		if token != "" {
			parameters.Set("NextToken", token)
		}
		var reply struct {
			Endpoints []struct {
				Service string `xml:"serviceName"`
			} `xml:"vpcEndpointSet>item"`
			Token string `xml:"nextToken"`
		}
		if err := c.call(ctx, "DescribeVpcEndpoints", parameters, &reply); err != nil {
			return nil, err
		}
		for _, e := range reply.Endpoints {
			names = append(names, e.Service)
		}
		if token = reply.Token; token == "" {
			return names, nil
		}
	}
}

// filters are pairs of a filter's name and its value.
func filters(pairs ...string) url.Values {
	parameters := url.Values{}
	for i := 0; i+1 < len(pairs); i += 2 {
		parameters.Set(fmt.Sprintf("Filter.%d.Name", i/2+1), pairs[i])
		parameters.Set(fmt.Sprintf("Filter.%d.Value.1", i/2+1), pairs[i+1])
	}
	return parameters
}
