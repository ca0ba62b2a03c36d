package main

import (
	"context"
	"fmt"
	"log"
	"net"
	"time"

	nfqueue "github.com/florianl/go-nfqueue/v2"
	"golang.org/x/time/rate"
	"sigs.k8s.io/kube-network-policies/pkg/network"
	"sigs.k8s.io/kube-network-policies/pkg/networkpolicy"
)

// gate decides on packets, and tells whom it did not let through. A pod that keeps trying does not fill the log.
type gate struct {
	engine *networkpolicy.PolicyEngine
	pods   *addressBook
	told   rate.Sometimes
}

func newGate(engine *networkpolicy.PolicyEngine, pods *addressBook) *gate {
	return &gate{engine: engine, pods: pods, told: rate.Sometimes{First: 100, Interval: time.Second}}
}

// run takes the queue and answers for each of its packets until the context ends. The kernel drops what nobody
// answers for. A packet that is not let through is dropped too, not refused: a pod that connects before the API
// knows it then gets its answer with the next try of its kernel.
func (g *gate) run(ctx context.Context, number uint16) error {
	queue, err := nfqueue.Open(&nfqueue.Config{
		NfQueue: number,
		// Headers are enough, and checksums do not matter here.
		MaxPacketLen: 128,
		Flags:        nfqueue.NfQaCfgFlagGSO,
		MaxQueueLen:  1024,
		Copymode:     nfqueue.NfQnlCopyPacket,
		WriteTimeout: 100 * time.Millisecond,
	})
	if err != nil {
		return fmt.Errorf("netfilter queue %d: %w", number, err)
	}
	context.AfterFunc(ctx, func() { _ = queue.Close() })

	answer := func(packet nfqueue.Attribute) int {
		verdict := nfqueue.NfDrop
		if g.mayPass(ctx, *packet.Payload) {
			verdict = nfqueue.NfAccept
		}
		if err := queue.SetVerdict(*packet.PacketID, verdict); err != nil {
			log.Printf("netfilter queue %d: %v", number, err)
		}
		return 0
	}
	carryOn := func(err error) int {
		if ctx.Err() == nil {
			log.Printf("netfilter queue %d: %v", number, err)
		}
		return 0
	}
	if err := queue.RegisterWithErrorFunc(ctx, answer, carryOn); err != nil {
		return fmt.Errorf("netfilter queue %d: %w", number, err)
	}
	return nil
}

func (g *gate) mayPass(ctx context.Context, headers []byte) bool {
	packet, err := network.ParsePacket(headers)
	if err != nil {
		g.told.Do(func() { log.Printf("dropped: a packet that cannot be read: %v", err) })
		return false
	}
	allowed, err := g.engine.EvaluatePacket(ctx, &packet)
	if err == nil && allowed {
		return true
	}
	g.told.Do(func() {
		from, to := g.name(packet.SrcIP), g.name(packet.DstIP)
		log.Printf("dropped: %s to %s, %s port %d", from, to, packet.Proto, packet.DstPort)
		if err != nil {
			log.Print(err)
		}
	})
	return false
}

// name is the address, with the pod that has it.
func (g *gate) name(ip net.IP) string {
	if pod, found := g.pods.LookupPod(ip.String()); found {
		return fmt.Sprintf("%s (%s)", pod, ip)
	}
	return ip.String()
}
