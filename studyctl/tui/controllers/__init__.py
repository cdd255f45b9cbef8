"""What a screen does, without the screen: state machines and the one running lab."""
