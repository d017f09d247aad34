"""Cases: reported, worked on, looked at by the resident, followed, and chased by the clock."""
