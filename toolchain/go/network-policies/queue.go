package main

import (
	"context"
	"fmt"
	"log"
	"time"

	nfqueue "github.com/florianl/go-nfqueue/v2"
	"sigs.k8s.io/kube-network-policies/pkg/network"
	"sigs.k8s.io/kube-network-policies/pkg/networkpolicy"
)

// decide takes the queue and answers for each of its packets until the context ends. The kernel drops what nobody
// answers for. A packet that is not let through is dropped too, not refused: a pod that connects before the API
// knows it then gets its answer with the next try of its kernel.
func decide(ctx context.Context, engine *networkpolicy.PolicyEngine, number uint16) error {
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
		if mayPass(ctx, engine, packet) {
			verdict = nfqueue.NfAccept
		}
		if err := queue.SetVerdict(*packet.PacketID, verdict); err != nil {
			log.Printf("packet %d: %v", *packet.PacketID, err)
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

func mayPass(ctx context.Context, engine *networkpolicy.PolicyEngine, attributes nfqueue.Attribute) bool {
	packet, err := network.ParsePacket(*attributes.Payload)
	if err != nil {
		log.Printf("packet %d is dropped: %v", *attributes.PacketID, err)
		return false
	}
	packet.ID = *attributes.PacketID
	allowed, err := engine.EvaluatePacket(ctx, &packet)
	if err != nil {
		log.Printf("%v is dropped: %v", packet, err)
	}
	return err == nil && allowed
}
